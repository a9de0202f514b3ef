"""The machine's state as the kernel's files tell it, on files of known content."""

import pytest

from harness.timing import machine

CPU = "sys/devices/system/cpu"


@pytest.fixture
def files(tmp_path):
    """Write files below a root and return it."""

    def write(**contents):
        for path, text in contents.items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        return tmp_path

    return write


def test_the_model_and_the_hypervisor_are_in_cpuinfo(files):
    root = files(**{"proc/cpuinfo": "model name\t: Some CPU @ 3 GHz\nflags\t: fpu hypervisor\n"})
    assert machine.processor_model(root) == "Some CPU @ 3 GHz"
    assert machine.hypervisor(root) == "yes"


def test_bare_metal_has_no_hypervisor(files):
    assert machine.hypervisor(files(**{"proc/cpuinfo": "flags : fpu vme\n"})) is None


def test_a_named_hypervisor_is_named(files):
    assert machine.hypervisor(files(**{"sys/hypervisor/type": "xen\n"})) == "xen"


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        (".dockerenv", "", "docker"),
        ("run/.containerenv", "", "podman"),
        ("proc/1/cgroup", "0::/kubepods/besteffort/pod1\n", "kubepods"),
        ("proc/1/cgroup", "0::/init.scope\n", None),
    ],
)
def test_containers_leave_marks(files, path, text, kind):
    assert machine.container(files(**{path: text})) == kind


CGROUP = "sys/fs/cgroup"


@pytest.mark.parametrize(
    ("contents", "cores", "memory"),
    [
        ({"cpu.max": "150000 100000", "memory.max": "1073741824"}, 1.5, 2**30),
        ({"cpu.max": "max 100000", "memory.max": "max"}, None, None),
        ({"cpu/cpu.cfs_quota_us": "200000", "cpu/cpu.cfs_period_us": "100000"}, 2, None),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None, None),
        ({"memory/memory.limit_in_bytes": "536870912"}, None, 2**29),
        ({"memory/memory.limit_in_bytes": "9223372036854771712"}, None, None),
        ({}, None, None),
    ],
)
def test_both_versions_of_control_groups_are_read(files, contents, cores, memory):
    root = files(**{f"{CGROUP}/{path}": text for path, text in contents.items()})
    assert machine.cgroup_limits(root) == {"cores": cores, "memory": memory}


def test_governors_are_listed_once(files):
    root = files(
        **{
            f"{CPU}/cpu0/cpufreq/scaling_governor": "powersave\n",
            f"{CPU}/cpu1/cpufreq/scaling_governor": "performance\n",
            f"{CPU}/cpu2/cpufreq/scaling_governor": "powersave\n",
        }
    )
    assert machine.governors(root) == ["performance", "powersave"]


@pytest.mark.parametrize(
    ("path", "text", "turbo"),
    [
        ("intel_pstate/no_turbo", "0\n", True),
        ("intel_pstate/no_turbo", "1\n", False),
        ("cpufreq/boost", "1\n", True),
        ("cpufreq/boost", "0\n", False),
    ],
)
def test_turbo_is_read_from_either_driver(files, path, text, turbo):
    assert machine.turbo(files(**{f"{CPU}/{path}": text})) is turbo


def test_what_the_system_does_not_say_is_none(tmp_path):
    assert machine.governors(tmp_path) is None
    assert machine.turbo(tmp_path) is None
    assert machine.container(tmp_path) is None
    assert machine.core_speed(0, tmp_path) == 0
    assert machine.siblings(3, tmp_path) == {3}


def test_siblings_and_speeds_of_cores(files):
    root = files(
        **{
            f"{CPU}/cpu1/topology/thread_siblings_list": "1,9-10\n",
            f"{CPU}/cpu1/cpufreq/cpuinfo_max_freq": "4800000\n",
            f"{CPU}/cpu2/cpu_capacity": "512\n",
        }
    )
    assert machine.siblings(1, root) == {1, 9, 10}
    assert machine.core_speed(1, root) == 4_800_000
    assert machine.core_speed(2, root) == 512
