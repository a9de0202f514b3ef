// The page carries its CSVs, gzipped, byte for byte as they lie beside it.

const bytesOf = async (id) => {
  const packed = atob(document.getElementById(`data-${id}`).textContent.trim());
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i += 1) bytes[i] = packed.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
};

const parsed = (text) => {
  const rows = [];
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    const line = text.slice(at, end);
    if (!line.includes('"')) {
      rows.push(line.split(","));
      at = end + 1;
      continue;
    }
    const row = [];
    for (;;) {
      if (text[at] === '"') {
        let cell = "";
        for (at += 1; ; at += 2) {
          const quote = text.indexOf('"', at);
          cell += text.slice(at, quote);
          at = quote;
          if (text[at + 1] !== '"') break;
          cell += '"';
        }
        row.push(cell);
        at += 1;
      } else {
        const stop = text.slice(at).search(/[,\n]/);
        const next = stop < 0 ? text.length : at + stop;
        row.push(text.slice(at, next));
        at = next;
      }
      if (text[at] !== ",") break;
      at += 1;
    }
    at += 1;
    rows.push(row);
  }
  return rows;
};

// The apostrophe that keeps a spreadsheet from running a cell; ours to take away again.
const plain = (cell) => (cell.startsWith("'") ? cell.slice(1) : cell);

const HIDDEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

// Hidden characters written out, as everywhere on the page.
const visible = (text) => text.replace(HIDDEN, (c) => {
  const code = c.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "␡" : `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
});

const tables = new Map();

// {names, rows}: the columns' names, and for each row its cells as strings.
const tableOf = (id) => {
  if (!tables.has(id)) {
    tables.set(id, bytesOf(id).then((bytes) => {
      const [names, ...rows] = parsed(new TextDecoder().decode(bytes));
      return { names, rows };
    }));
  }
  return tables.get(id);
};
