using Aetherscale.Configuration;
using static Aetherscale.Configuration.SettingDefinitions;

namespace Aetherscale.Tests.Configuration;

/// <summary>Where a broker's password may stand, and where it is never seen.</summary>
public sealed class BrokerSettingsTests : IDisposable
{
    private const string Url = "amqp://alice:hush@broker.example:5673/vm";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, string> _variables = [];

    public BrokerSettingsTests()
    {
        _variables["HOME"] = _folder.Path;
        Directory.CreateDirectory(Path.GetDirectoryName(Reader.UserFile)!);
    }

    private SettingsReader Reader => new(new HostEnvironment(_variables, 7, "/opt/aetherscale"), _folder["machine.toml"]);

    [Fact]
    public void There_is_no_broker_unless_somebody_names_one()
    {
        Assert.Equal(("", ""), (Read()[Broker], Read()[BrokerCredentialsFile]));

        _variables["AETHERSCALE_BROKER"] = Url;
        Assert.Equal(Url, Read()[Broker]);

        _variables["AETHERSCALE_BROKER"] = "";
        Assert.Equal("", Read()[Broker]);
    }

    [Fact]
    public void What_is_printed_has_no_password_and_can_be_read_again()
    {
        _variables["AETHERSCALE_BROKER"] = Url;

        var printed = Read().Print();

        Assert.Contains("broker = \"amqp://broker.example:5673/vm\"  # AETHERSCALE_BROKER, where it has a password\n", printed);
        Assert.Contains("broker-credentials-file = \"\"  # default\n", printed);
        AssertHushed(printed);
        File.WriteAllText(Reader.UserFile, printed);
        _variables.Remove("AETHERSCALE_BROKER");
        Assert.Equal("amqp://broker.example:5673/vm", Read()[Broker]);
    }

    [Fact]
    public void The_nodes_of_a_cluster_are_printed_without_their_password()
    {
        _variables["AETHERSCALE_BROKER"] = "amqp://alice:hush@a/vm, amqp://alice:hush@b/vm";

        var printed = Read().Print();

        Assert.Contains("broker = \"amqp://a:5672/vm,amqp://b:5672/vm\"  # AETHERSCALE_BROKER, where it has a password\n", printed);
        AssertHushed(printed);
        Assert.Contains("--broker must not hold a password", Refused(new() { [Broker] = "amqp://alice:hush@a,amqp://alice:hush@b" }));
    }

    [Fact]
    public async Task The_help_has_no_password()
    {
        _variables["AETHERSCALE_BROKER"] = Url;
        var command = new DaemonCommandLine(Reader, (_, _) => Task.FromResult(0));

        var help = await PrintedAsync(() => command.RunAsync(["--help"]));

        Assert.Contains("amqp://broker.example:5673/vm", help.ReplaceLineEndings("").Replace(" ", ""));
        AssertHushed(help);
    }

    [Fact]
    public void A_flag_with_a_password_is_refused()
    {
        var error = Refused(new() { [Broker] = Url });

        Assert.Contains("--broker must not hold a password", error);
        Assert.Contains("broker-credentials-file", error);
        Assert.Equal("amqp://h", Reader.Read(new Dictionary<SettingDefinition, string> { [Broker] = "amqp://h" })[Broker]);
    }

    [Theory]
    [InlineData("amqp://alice:hush@")]
    [InlineData("http://alice:hush@broker.example")]
    [InlineData("amqp://alice:hush@broker.example/a/b")]
    [InlineData("amqp://alice:hush:hush@broker.example")]
    [InlineData("alice:hush")]
    [InlineData("amqp://alice:hush@a,amqp://b")]
    [InlineData("amqp://a/v,amqp://alice:hush@b")]
    [InlineData("amqp://alice:hu,hush@broker.example")]
    public void A_wrong_url_is_not_repeated(string url)
    {
        _variables["AETHERSCALE_BROKER"] = url;
        Assert.Contains("broker (AETHERSCALE_BROKER) must", Refused());

        _variables.Remove("AETHERSCALE_BROKER");
        WriteConfig($"broker = \"{url}\"\n", Private);
        Assert.Contains($"broker ({Reader.UserFile}) must", Refused());
        Refused(new() { [Broker] = url });
    }

    [Theory]
    [InlineData("broker = amqp://alice:hush@h\n")]
    [InlineData("broker = 'amqp://alice:hush@h\n")]
    [InlineData("broker = [\"amqp://alice:hush@h\"]\n")]
    [InlineData("broker = \"amqp://alice:hush\\q@h\"\n")]
    public void A_line_that_is_no_toml_is_not_repeated(string line)
    {
        WriteConfig(line, Private);

        Assert.Contains(Reader.UserFile, Refused());
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    public void A_password_in_a_file_that_others_can_read_is_refused(UnixFileMode others)
    {
        WriteConfig($"broker = \"{Url}\"\n", Private | others);
        Assert.Contains($"chmod 600 {Reader.UserFile}", Refused());

        WriteConfig($"broker = \"{Url}\"\n", Private);
        Assert.Equal(Url, Read()[Broker]);

        WriteConfig("broker = \"amqp://broker.example\"\n", Private | others);
        Assert.Equal("amqp://broker.example", Read()[Broker]);
    }

    [Fact]
    public void The_credentials_files_path_is_absolute()
    {
        _variables["AETHERSCALE_BROKER_CREDENTIALS_FILE"] = "secret";

        Assert.Contains("absolute path", Refused());
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertHushed(string text) => Assert.DoesNotContain("hush", text);

    private static async Task<string> PrintedAsync(Func<Task<int>> run)
    {
        using var output = new StringWriter();
        var before = Console.Out;
        Console.SetOut(output);
        try
        {
            Assert.Equal(0, await run());
        }
        finally
        {
            Console.SetOut(before);
        }

        return output.ToString();
    }

    private Settings Read() => Reader.Read(new Dictionary<SettingDefinition, string>());

    private string Refused(Dictionary<SettingDefinition, string>? flags = null)
    {
        var error = Assert.Throws<SettingsException>(() => Reader.Read(flags ?? []));
        AssertHushed(error.Message);
        return error.Message;
    }

    private void WriteConfig(string text, UnixFileMode mode)
    {
        File.WriteAllText(Reader.UserFile, text);
        File.SetUnixFileMode(Reader.UserFile, mode);
    }
}
