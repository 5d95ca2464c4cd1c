namespace Aetherscale.Tests.Cli;

/// <summary>Which brokers the CLI believes, and what it says of the others, with real TLS on loopback.</summary>
public sealed class BrokerTlsTests : IDisposable
{
    private const string CaVariable = "AETHERSCALE_CLIENT_BROKER_CA_FILE";
    private const string CertificateVariable = "AETHERSCALE_CLIENT_BROKER_CERTIFICATE_FILE";
    private const string KeyVariable = "AETHERSCALE_CLIENT_BROKER_KEY_FILE";

    private readonly CliSandbox _cli = new();
    private readonly TestCa _ca;

    public BrokerTlsTests() => _ca = new TestCa(_cli.Root);

    public void Dispose()
    {
        _ca.Dispose();
        _cli.Dispose();
    }

    [Fact]
    public async Task Certificate_and_CA_are_named_by_variables_or_by_the_settings()
    {
        await using var server = TlsServer.Start(_ca.Server("broker", "127.0.0.1"));
        var (first, second) = (_ca.Client("first"), _ca.Client("second"));
        CliSandbox.Write(
            _cli.UserConfig,
            $"[client]\nbroker-ca-file = \"{_ca.CertificateFile}\"\nbroker-certificate-file = \"{first.File}\"\nbroker-key-file = \"{first.KeyFile}\"\n");
        await ErrorAsync(3, server);
        _cli.Variables[CertificateVariable] = second.File;
        _cli.Variables[KeyVariable] = second.KeyFile;
        await ErrorAsync(3, server);

        Assert.Equal(["first", "second"], server.Clients);
    }

    [Fact]
    public async Task A_certificate_of_another_CA_is_3_and_told_with_the_setting()
    {
        using var other = new TestCa(_cli.Root, "other");
        await using var server = TlsServer.Start(other.Server("broker", "127.0.0.1"));
        var byMachine = await ErrorAsync(3, server);
        _cli.Variables[CaVariable] = _ca.CertificateFile;
        var byFile = await ErrorAsync(3, server);

        Assert.Equal(
            $"aetherscale-cli: the broker amqps://127.0.0.1:{server.Port} cannot be reached: its certificate is not signed by a CA that this machine trusts\n"
            + "  Name the certificate of the broker's CA in broker-ca-file.\n  The broker is named by --broker.\n",
            byMachine);
        Assert.Contains($"its certificate is not signed by a CA in {_ca.CertificateFile}\n", byFile);
        Assert.Empty(server.Clients);
    }

    [Fact]
    public async Task A_certificate_of_another_host_or_out_of_its_time_is_3()
    {
        _cli.Variables[CaVariable] = _ca.CertificateFile;
        await using var elsewhere = TlsServer.Start(_ca.Server("elsewhere", "broker.example"));
        await using var old = TlsServer.Start(_ca.ServerOf(-2, "old", "127.0.0.1"));

        Assert.Contains("its certificate is made out to broker.example, not to 127.0.0.1\n", await ErrorAsync(3, elsewhere));
        Assert.Contains("its certificate expired at ", await ErrorAsync(3, old));
    }

    [Fact]
    public async Task Each_node_of_a_cluster_has_a_certificate_made_out_to_itself()
    {
        _cli.Variables[CaVariable] = _ca.CertificateFile;
        await using var first = TlsServer.Start(_ca.Server("first", "localhost"));
        await using var second = TlsServer.Start(_ca.Server("second", "127.0.0.1"));

        var crossed = (await _cli.RunAsync("list-vms", "--broker", $"amqps://127.0.0.1:{first.Port},amqps://localhost:{second.Port}")).Error;
        Assert.Contains($"the broker amqps://127.0.0.1:{first.Port} cannot be reached: its certificate is made out to localhost, not to 127.0.0.1", crossed);
        Assert.Contains($"the broker amqps://localhost:{second.Port} cannot be reached: its certificate is made out to 127.0.0.1, not to localhost", crossed);
        Assert.Empty(first.Clients.Concat(second.Clients));

        var right = (await _cli.RunAsync("list-vms", "--broker", $"amqps://localhost:{first.Port},amqps://127.0.0.1:{second.Port}")).Error;
        Assert.DoesNotContain("certificate", right);
        Assert.Equal((1, 1), (first.Clients.Count, second.Clients.Count));
    }

    [Fact]
    public async Task Files_that_cannot_be_used_are_2_and_nothing_of_them_is_shown()
    {
        await using var server = TlsServer.Start(_ca.Server("broker", "127.0.0.1"));
        var client = _ca.Client("client");
        var secret = File.ReadAllText(client.KeyFile);
        _cli.Variables[CaVariable] = Path.Join(_cli.Root, "none.pem");
        var missing = await ErrorAsync(2, server);
        _cli.Variables[CaVariable] = _ca.CertificateFile;
        _cli.Variables[CertificateVariable] = client.File;
        var alone = await ErrorAsync(2, server);
        _cli.Variables[KeyVariable] = _ca.Client("other").KeyFile;
        var wrong = await ErrorAsync(2, server);
        _cli.Variables[KeyVariable] = client.KeyFile;
        File.SetUnixFileMode(client.KeyFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var open = await ErrorAsync(2, server);
        _cli.Variables[KeyVariable] = secret;
        var noPath = await ErrorAsync(2, server);

        Assert.Contains("none.pem", missing);
        Assert.Contains("broker-certificate-file and broker-key-file belong together: set both, or neither", alone);
        Assert.Contains($"must hold the private key, in PEM, of the certificate in {client.File}", wrong);
        Assert.Contains($"chmod 600 {client.KeyFile}", open);
        Assert.Contains($"{KeyVariable} must be the absolute path of a file that holds a private key", noPath);
        Assert.All((string[])[missing, alone, wrong, open, noPath], error => Assert.DoesNotContain(secret.Split('\n')[1], error));
        Assert.Empty(server.Clients);
    }

    [Fact]
    public async Task Without_TLS_the_files_are_not_looked_at()
    {
        _cli.Variables[CaVariable] = Path.Join(_cli.Root, "none.pem");
        _cli.Variables[CertificateVariable] = Path.Join(_cli.Root, "none.pem");
        var result = await _cli.RunAsync("list-vms", "--broker", "amqp://127.0.0.1:1");
        Assert.Equal(3, result.Code);
        Assert.Contains("nobody listens there", result.Error);
    }

    private async Task<string> ErrorAsync(int code, TlsServer server)
    {
        var result = await _cli.RunAsync("list-vms", "--broker", $"amqps://127.0.0.1:{server.Port}");
        Assert.Equal((code, ""), (result.Code, result.Out));
        return result.Error;
    }
}
