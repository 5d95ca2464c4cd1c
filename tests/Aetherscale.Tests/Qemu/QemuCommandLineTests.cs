using System.Text.Json;
using Aetherscale.Qemu;
using CsCheck;

namespace Aetherscale.Tests.Qemu;

public sealed class QemuCommandLineTests
{
    [Fact]
    public void A_plain_vm() => Golden.Matches("Qemu/plain.argv", QemuCommandLine.Build(Plain));

    [Fact]
    public void A_vm_by_kvm() => Golden.Matches(
        "Qemu/kvm.argv", QemuCommandLine.Build(Plain with { Accelerator = Accelerator.Kvm }));

    [Fact]
    public void A_vm_with_a_screen() => Golden.Matches(
        "Qemu/vnc.argv", QemuCommandLine.Build(Plain with { VncSocket = "/run/vms/a,b/vnc.sock" }));

    [Fact]
    public void A_vm_that_boots_by_UEFI() => Golden.Matches(
        "Qemu/uefi.argv", QemuCommandLine.Build(Plain with { FirmwareCode = "/usr/share/OVMF/OVMF_CODE_4M.fd", FirmwareVariables = "/data/vms/abcdefgh/uefi-vars.fd" }));

    [Fact]
    public void A_vm_with_a_seed() => Golden.Matches(
        "Qemu/seed.argv", QemuCommandLine.Build(Plain with { SeedPath = "/data/vms/abcdefgh/seed.iso" }));

    [Fact]
    public void Credentials_are_read_from_files_and_a_comma_in_their_path_is_none_of_QEMUs()
    {
        var argv = QemuCommandLine.Build(Plain with { CredentialPaths = ["/data/a,b/system.hostname", "/data/$x %h"] });

        Assert.Equal(["type=11,path=/data/a,,b/system.hostname", "type=11,path=/data/$x %h"], argv.Where((_, i) => i > 0 && argv[i - 1] == "-smbios"));
    }

    [Fact]
    public void Nasty_paths_are_kept_as_they_are()
    {
        const string Folder = """/home/ü, "b" 'c' %h $HOME \d,,e=f;🐧""";
        Golden.Matches("Qemu/nasty.argv", QemuCommandLine.Build(Plain with
        {
            DiskPath = Folder + "/disk.qcow2",
            BasePath = Folder + "/base.qcow2",
            QmpSocket = Folder + "/qmp.sock",
            StopSocket = Folder + "/stop.sock",
            AgentSocket = Folder + "/qga.sock",
            ConsoleSocket = Folder + "/console.sock",
            ConsoleLog = Folder + "/console.log",
        }));
    }

    [Fact]
    public void Any_path_comes_out_of_the_JSON_as_it_went_in() =>
        Gen.String[Gen.Char["aé🐧,=\"'\\%$/{}: \t\u007f\u2028"], 1, 20].Where(IsUnicode).Sample(path =>
        {
            var argv = QemuCommandLine.Build(Plain with { DiskPath = path, BasePath = "/" + path });
            var disk = Json(argv, "-blockdev", 0);
            return disk.GetProperty("file").GetProperty("filename").GetString() == path
                && disk.GetProperty("backing").GetProperty("file").GetProperty("filename").GetString() == "/" + path;
        }, iter: 1000);

    [Fact]
    public void A_card_is_plugged_in_by_three_commands() => Assert.Equal(
        [
            """{"execute":"qmp_capabilities"}""",
            """{"execute":"netdev_add","arguments":{"type":"vde","id":"vde0","sock":"/run/user, 1/ü/ctl"}}""",
            """{"execute":"netdev_add","arguments":{"type":"hubport","id":"leg0","hubid":0,"netdev":"vde0"}}""",
        ],
        QemuNetwork.PlugCommands("/run/user, 1/ü/ctl", isShared: false));

    [Theory]
    [InlineData("cmd://touch x")]
    [InlineData("/run/cmd://touch x")]
    [InlineData("run/ctl")]
    [InlineData("")]
    [InlineData("/run/ctl[1]")]
    [InlineData("/run/%41")]
    [InlineData("/run/a\"b")]
    [InlineData("/run/a'b")]
    [InlineData("/run/a\\b")]
    [InlineData("/run/a;b")]
    [InlineData("/run/a\nb")]
    public void A_switch_that_libvdeplug_would_read_as_something_else_is_refused(string path) =>
        Assert.Throws<ArgumentException>(() => QemuNetwork.PlugCommands(path, isShared: false));

    [Fact]
    public void A_comma_in_an_option_value_is_doubled_and_read_back_by_QEMUs_rule() =>
        Gen.String[Gen.Char["a,=b "], 0, 12].Sample(value =>
            ReadByQemusRule(QemuCommandLine.OptionValue(value) + ",next=1") == value);

    internal static QemuConfiguration Plain { get; } = new()
    {
        Binary = "/usr/bin/qemu-system-x86_64",
        VmId = "abcdefgh",
        Uuid = new Guid("6ba7b810-9dad-41d1-80b4-00c04fd430c8"),
        Accelerator = Accelerator.Tcg,
        Cpus = 2,
        MemoryMib = 4096,
        DiskPath = "/data/vms/abcdefgh/disk.qcow2",
        BasePath = "/data/images/sha256/00.qcow2",
        Mac = "52:54:00:12:34:56",
        QmpSocket = "/run/vms/abcdefgh/qmp.sock",
        StopSocket = "/run/vms/abcdefgh/stop.sock",
        AgentSocket = "/run/vms/abcdefgh/qga.sock",
        ConsoleSocket = "/run/vms/abcdefgh/console.sock",
        ConsoleLog = "/data/vms/abcdefgh/console.log",
    };

    private static bool IsUnicode(string text)
    {
        var runes = text.EnumerateRunes();
        return !runes.Contains(System.Text.Rune.ReplacementChar);
    }

    private static JsonElement Json(IReadOnlyList<string> argv, string option, int nth)
    {
        var at = argv.Select((argument, index) => (argument, index))
            .Where(pair => pair.argument == option).ElementAt(nth);
        using var document = JsonDocument.Parse(argv[at.index + 1]);
        return document.RootElement.Clone();
    }

    // QEMU's get_opt_value(): up to the first comma that is not doubled.
    private static string ReadByQemusRule(string text)
    {
        var value = "";
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == ',' && (++at == text.Length || text[at] != ','))
            {
                break;
            }

            value += text[at];
        }

        return value;
    }
}
