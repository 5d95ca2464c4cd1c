using Aetherscale.Configuration;

namespace Aetherscale.Tests.Configuration;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, string> _variables = [];

    public SettingsReaderTests()
    {
        _variables["HOME"] = _folder.Path;
        _variables["XDG_RUNTIME_DIR"] = "/run/user/7";
        Directory.CreateDirectory(Path.GetDirectoryName(Reader.UserFile)!);
    }

    private SettingsReader Reader => new(new HostEnvironment(_variables, 7, "/opt/aetherscale"), _folder["machine.toml"]);

    [Fact]
    public void Without_a_word_from_anyone_the_defaults_hold()
    {
        var settings = Reader.Read(new Dictionary<SettingDefinition, string>());

        Assert.Equal($"{_folder.Path}/.local/share/aetherscale", settings[SettingDefinitions.DataFolder]);
        Assert.Equal("/run/user/7/aetherscale/api.sock", settings[SettingDefinitions.Socket]);
        Assert.Equal("/opt/aetherscale/aetherscale-stop", settings[SettingDefinitions.StopHelper]);
        Assert.Equal(4096, settings.Number(SettingDefinitions.DefaultMemoryMib));
    }

    [Fact]
    public void The_stop_helper_of_a_package_lies_in_libexec()
    {
        var host = new HostEnvironment(_variables, 7, _folder["usr/bin"]);
        Directory.CreateDirectory(_folder["usr/libexec/aetherscale"]);
        File.WriteAllText(_folder["usr/libexec/aetherscale/aetherscale-stop"], "");
        var packaged = new SettingsReader(host, _folder["machine.toml"]).Read(new Dictionary<SettingDefinition, string>());
        Assert.Equal(_folder["usr/libexec/aetherscale/aetherscale-stop"], packaged[SettingDefinitions.StopHelper]);

        Directory.CreateDirectory(_folder["usr/bin"]);
        File.WriteAllText(_folder["usr/bin/aetherscale-stop"], "");
        var beside = new SettingsReader(host, _folder["machine.toml"]).Read(new Dictionary<SettingDefinition, string>());
        Assert.Equal(_folder["usr/bin/aetherscale-stop"], beside[SettingDefinitions.StopHelper]);
    }

    [Fact]
    public void The_settings_file_of_packages_changes_nothing_and_its_examples_are_right()
    {
        var lines = File.ReadAllLines(Path.Join(RepositoryRoot.Path, "packaging/config.toml"));
        File.WriteAllLines(_folder["machine.toml"], lines);
        Assert.DoesNotContain("machine.toml", Reader.Read(new Dictionary<SettingDefinition, string>()).Print());

        File.WriteAllLines(_folder["machine.toml"], lines.Select(line => line is ['#', not ' ', ..] ? line[1..] : line));
        var settings = Reader.Read(new Dictionary<SettingDefinition, string>());
        Assert.Equal("amqps://broker.example", settings[SettingDefinitions.Broker]);
        Assert.All(
            [SettingDefinitions.DefaultCpus, SettingDefinitions.DefaultMemoryMib, SettingDefinitions.StopGraceSeconds],
            setting => Assert.Equal(setting.Default(new HostEnvironment(_variables, 7, "/opt/aetherscale")), settings[setting]));
    }

    [Fact]
    public void The_machines_daemon_has_the_machines_places()
    {
        File.WriteAllText(Reader.UserFile, "default-cpus = 9\n");
        File.WriteAllText(_folder["machine.toml"], "default-memory-mib = 2\n");
        var reader = new SettingsReader(new HostEnvironment(_variables, 0, "/usr/bin", IsSystem: true), _folder["machine.toml"]);
        var settings = reader.Read(new Dictionary<SettingDefinition, string>());

        Assert.Equal("/var/lib/aetherscale", settings[SettingDefinitions.DataFolder]);
        Assert.Equal("/etc/systemd/system", settings[SettingDefinitions.UnitFolder]);
        Assert.Equal("/run/aetherscale/api.sock", settings[SettingDefinitions.Socket]);
        Assert.Equal("/etc/aetherscale/catalogue", settings[SettingDefinitions.Catalogue]);
        Assert.Equal((1, 2), (settings.Number(SettingDefinitions.DefaultCpus), settings.Number(SettingDefinitions.DefaultMemoryMib)));
    }

    [Fact]
    public void The_last_one_that_speaks_counts()
    {
        File.WriteAllText(_folder["machine.toml"], "default-cpus = 2\ndefault-memory-mib = 2\nstop-grace-seconds = 2\nnetwork = \"two\"\n");
        File.WriteAllText(Reader.UserFile, "default-memory-mib = 3\nstop-grace-seconds = 3\nnetwork = \"three\"\n");
        _variables["AETHERSCALE_STOP_GRACE_SECONDS"] = "4";
        _variables["AETHERSCALE_NETWORK"] = "four";

        var settings = Reader.Read(new Dictionary<SettingDefinition, string> { [SettingDefinitions.Network] = "five" });

        Assert.Equal((2, 3, 4, "five"), (
            settings.Number(SettingDefinitions.DefaultCpus),
            settings.Number(SettingDefinitions.DefaultMemoryMib),
            settings.Number(SettingDefinitions.StopGraceSeconds),
            settings[SettingDefinitions.Network]));
    }

    [Fact]
    public void What_is_printed_names_its_source_and_can_be_read_again()
    {
        File.WriteAllText(_folder["machine.toml"], "default-cpus = 2\n");
        var printed = Reader.Read(new Dictionary<SettingDefinition, string>()).Print();

        Assert.Contains($"default-cpus = 2  # {_folder["machine.toml"]}\n", printed);
        Assert.Contains("accelerator = \"auto\"  # default\n", printed);

        File.WriteAllText(Reader.UserFile, printed);
        var again = Reader.Read(new Dictionary<SettingDefinition, string>());
        Assert.All(SettingDefinitions.All, setting => Assert.Contains($"{setting.Key} = ", again.Print()));
    }

    [Fact]
    public void The_clients_table_is_passed_over()
    {
        File.WriteAllText(Reader.UserFile, "default-cpus = 3\n[client]\nsocket = \"/x\"\n");

        Assert.Equal(3, Reader.Read(new Dictionary<SettingDefinition, string>()).Number(SettingDefinitions.DefaultCpus));
    }

    [Theory]
    [InlineData("default-cpus = 0\n", "default-cpus")]
    [InlineData("default-cpus = \"many\"\n", "whole number from 1 to 255")]
    [InlineData("default-cpus = true\n", "(1,1): default-cpus must be a text or a whole number")]
    [InlineData("\ncpus = 1\n", "(2,1): unknown setting \"cpus\"")]
    [InlineData("[server]\nx = 1\n", "unknown table [server]")]
    [InlineData("default-cpus = \n", "(1,")]
    [InlineData("accelerator = \"hvf\"\n", "auto, kvm, tcg")]
    [InlineData("data-folder = \"state\"\n", "absolute path")]
    [InlineData("data-folder = \"/a/../b\"\n", "must not contain \"..\"")]
    [InlineData("network = \"Nine\"\n", "network")]
    [InlineData("subnet = \"10.0.0.0/8\"\n", "prefix length")]
    [InlineData("subnet = \"10.77.0.1/16\"\n", "subnet")]
    public void Mistakes_are_told_with_their_place(string text, string part)
    {
        File.WriteAllText(Reader.UserFile, text);

        var error = Assert.Throws<SettingsException>(() => Reader.Read(new Dictionary<SettingDefinition, string>()));

        Assert.Contains(Reader.UserFile, error.Message);
        Assert.Contains(part, error.Message);
    }

    [Theory]
    [InlineData("/state")]
    [InlineData("/state/")]
    [InlineData("//state/.//")]
    public void A_folder_has_one_spelling(string spelling)
    {
        _variables["AETHERSCALE_DATA_FOLDER"] = spelling;

        Assert.Equal("/state", Reader.Read(new Dictionary<SettingDefinition, string>())[SettingDefinitions.DataFolder]);
    }

    [Fact]
    public void A_socket_path_that_no_socket_can_have_is_refused()
    {
        _variables["AETHERSCALE_SOCKET"] = "/" + new string('a', 107);

        Assert.Contains("107 bytes", Assert.Throws<SettingsException>(() => Reader.Read(new Dictionary<SettingDefinition, string>())).Message);
    }

    public void Dispose() => _folder.Dispose();
}
