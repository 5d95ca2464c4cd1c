using Aetherscale.SystemTests.Harness;
using Aetherscale.Tests;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>A real RabbitMQ with TLS as docs/broker-security.md sets it up, which lets in by certificate, and the daemon and the CLI at it.</summary>
public sealed class SecureBrokerTests : IAsyncLifetime
{
    private const string ForClients = "AETHERSCALE_CLIENT_BROKER";

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = Broker.FreePort();
    private readonly TestCa _ca;
    private readonly Broker _broker;
    private readonly string _virtualHost;

    public SecureBrokerTests()
    {
        _ca = new TestCa(_folder.Path);
        _broker = new Broker
        {
            Plugins = "rabbitmq_auth_mechanism_ssl",
            MoreSettings = Assert.Single(BrokerUsers.Blocks("ini"))
                .Replace("listeners.tcp = none\n", "")
                .Replace("listeners.ssl.default = 5671", $"listeners.ssl.1 = 127.0.0.1:{_port}")
                .Replace("/etc/rabbitmq/", $"{_folder.Path}/"),
        };
        _virtualHost = _broker.NewVirtualHost();
    }

    private string Url => $"amqps://127.0.0.1:{_port}/{_virtualHost}";

    public async ValueTask InitializeAsync()
    {
        _ca.ServerOf(-2, "broker", "127.0.0.1");
        await _broker.InitializeAsync();
        await BrokerUsers.AddAsync(_broker, _virtualHost, "h1");
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _ca.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Whoever_has_a_certificate_of_the_ca_is_let_in_under_its_name_and_all_else_is_told()
    {
        await using var host = await StartAsync(_ca.CertificateFile, _ca.Client("h1"));
        await Wait.UntilAsync("the broker's old certificate is told", () => host.Log.Contains($"No way to the broker {Url}: its certificate expired at "));
        _ca.Server("broker", "127.0.0.1");
        await _broker.ControlAsync("eval", "ssl:clear_pem_cache().");
        await host.WaitForBrokerAsync();
        Assert.Contains($"Takes commands from the broker {Url}, user of the certificate {_folder.Path}/h1.pem", host.Log);

        // A client by its certificate alone, and one that says its name and password, too, which the broker can vouch for then.
        var alice = _ca.Client(BrokerUsers.Client);
        var list = await CliAsync(_ca.CertificateFile, alice, "-o", "json", "list-hosts");
        Assert.Contains("\"alive\"", list.Succeeded().Output);
        Assert.Contains("queue=vm-queue", host.Log);
        Assert.DoesNotContain("user=alice", host.Log);
        (await BrokerUsers.CliAsync(Url, BrokerUsers.Client, Files(ForClients, _ca.CertificateFile, alice), "list-vms")).Succeeded();
        Assert.Contains("user=alice", host.Log);

        using var other = new TestCa(_folder.Path, "other");
        await ToldAsync(other.CertificateFile, alice, $"its certificate is not signed by a CA in {other.CertificateFile}");
        await ToldAsync(_ca.CertificateFile, null, "it asks for a client certificate");
        await ToldAsync(_ca.CertificateFile, other.Client("foreign"), $"it refuses the certificate in {_folder.Path}/foreign.pem (unknown ca)");
        await ToldAsync(_ca.CertificateFile, _ca.Client("old", day: -2), $"the certificate in {_folder.Path}/old.pem expired at ");
        await ToldAsync(_ca.CertificateFile, _ca.Client("nobody"), "No user of the broker's has the name in that certificate", $"it has no user for the certificate in {_folder.Path}/nobody.pem");
    }

    /// <summary>By the CLI, and by a daemon's log.</summary>
    private async Task ToldAsync(string ca, TestCertificate? certificate, string told, string? toldByDaemon = null)
    {
        var result = await CliAsync(ca, certificate, "list-vms");
        Assert.True(result.Error.Contains(told), result.Error);
        Assert.NotEqual(0, result.ExitCode);
        await using var host = await StartAsync(ca, certificate);
        await Wait.UntilAsync("the daemon tells it", () => host.Log.Contains(toldByDaemon ?? told));
    }

    private Task<TestHost> StartAsync(string ca, TestCertificate? certificate) => TestHost.StartAsync(
        new Dictionary<string, string>(Files("AETHERSCALE_BROKER", ca, certificate))
        {
            ["AETHERSCALE_BROKER"] = Url,
            ["AETHERSCALE_HOST_NAME"] = "h1",
        });

    private Task<ToolResult> CliAsync(string ca, TestCertificate? certificate, params string[] arguments) => Tool.RunAsync(
        $"{TestEnvironment.Programs}/aetherscale-cli", ["--broker", Url, .. arguments], Files(ForClients, ca, certificate));

    private static Dictionary<string, string> Files(string name, string ca, TestCertificate? certificate)
    {
        var files = new Dictionary<string, string> { [$"{name}_CA_FILE"] = ca };
        if (certificate is not null)
        {
            files[$"{name}_CERTIFICATE_FILE"] = certificate.File;
            files[$"{name}_KEY_FILE"] = certificate.KeyFile;
        }

        return files;
    }
}
