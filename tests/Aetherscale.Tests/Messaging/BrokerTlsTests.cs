using Aetherscale.Contract;
using Aetherscale.Messaging;

namespace Aetherscale.Tests.Messaging;

/// <summary>Which brokers the daemon believes, and what it says of the others, with real TLS on loopback.</summary>
public sealed class BrokerTlsTests : IDisposable
{
    private const string Host = "127.0.0.1";

    private readonly TestFolder _folder = new();
    private readonly TestCa _ca;

    public BrokerTlsTests() => _ca = new TestCa(_folder.Path);

    public void Dispose()
    {
        _ca.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_broker_whose_certificate_is_of_the_CA_and_made_out_to_its_host_is_believed()
    {
        await using var server = TlsServer.Start(_ca.Server("broker", "broker.example", Host));
        Assert.DoesNotContain("certificate", await WhyNotAsync(server, Trusting(_ca)));
        Assert.Equal(["-"], server.Clients);
    }

    [Fact]
    public async Task A_CA_between_it_and_the_root_is_taken_from_what_the_broker_shows()
    {
        using var between = new TestCa(_folder.Path, "between", _ca);
        await using var server = TlsServer.Start(between.Server("broker", Host), between.CertificateFile);
        Assert.DoesNotContain("certificate", await WhyNotAsync(server, Trusting(_ca)));
        Assert.Equal(["-"], server.Clients);
    }

    [Fact]
    public async Task A_certificate_of_another_CA_is_refused()
    {
        using var other = new TestCa(_folder.Path, "other");
        await using var server = TlsServer.Start(other.Server("broker", Host));
        Assert.Equal(
            $"its certificate is not signed by a CA in {_ca.CertificateFile}; have broker-ca-file name the certificate of the broker's CA",
            await WhyNotAsync(server, Trusting(_ca)));
        Assert.Equal(
            "its certificate is not signed by a CA that this machine trusts; name the certificate of the broker's CA in broker-ca-file",
            await WhyNotAsync(server, BrokerTlsFiles.None));
        Assert.Empty(server.Clients);
    }

    [Fact]
    public async Task A_certificate_that_is_made_out_to_another_host_is_refused_with_its_names()
    {
        await using var server = TlsServer.Start(_ca.Server("broker", "broker.example", "127.0.0.2"));
        Assert.Equal(
            "its certificate is made out to broker.example, 127.0.0.2, not to 127.0.0.1; write that name in the URL, or have one made out to this one",
            await WhyNotAsync(server, Trusting(_ca)));
        Assert.Empty(server.Clients);
    }

    [Theory]
    [InlineData(-2, "its certificate expired at ", "; have a new one made for the broker")]
    [InlineData(2, "its certificate is not valid before ", "; check the clock of this machine: date -u")]
    public async Task A_certificate_out_of_its_time_is_refused_with_that_time(int day, string what, string advice)
    {
        await using var server = TlsServer.Start(_ca.ServerOf(day, "broker", Host));
        var why = await WhyNotAsync(server, Trusting(_ca));
        Assert.StartsWith(what, why, StringComparison.Ordinal);
        Assert.EndsWith($" UTC{advice}", why, StringComparison.Ordinal);
        Assert.Empty(server.Clients);
    }

    [Fact]
    public async Task A_certificate_for_clients_is_no_broker_s()
    {
        await using var server = TlsServer.Start(_ca.Client("broker"));
        Assert.Equal(
            "its certificate is not good for a server (NotValidForUsage); have another one made for the broker", await WhyNotAsync(server, Trusting(_ca)));
        Assert.Empty(server.Clients);
    }

    [Fact]
    public async Task Files_are_read_anew_at_each_connect()
    {
        using var other = new TestCa(_folder.Path, "other");
        var client = _ca.Client("first");
        var files = new BrokerTlsFiles(other.CertificateFile, client.File, client.KeyFile);
        await using var server = TlsServer.Start(_ca.Server("broker", Host));
        Assert.Contains("is not signed by a CA in", await WhyNotAsync(server, files));

        File.Copy(_ca.CertificateFile, other.CertificateFile, overwrite: true);
        Assert.DoesNotContain("signed", await WhyNotAsync(server, files));
        var next = _ca.Client("second");
        File.Move(next.File, client.File, overwrite: true);
        File.Move(next.KeyFile, client.KeyFile, overwrite: true);
        Assert.DoesNotContain("signed", await WhyNotAsync(server, files));

        Assert.Equal(["first", "second"], server.Clients);
    }

    [Fact]
    public async Task A_file_that_cannot_be_used_is_named_with_what_to_do_and_the_key_is_never_shown()
    {
        await using var server = TlsServer.Start(_ca.Server("broker", Host));
        var good = _ca.Client("good");
        var key = File.ReadAllText(good.KeyFile);
        var other = _ca.Client("other");
        var old = _ca.Client("old", day: -2);
        var open = _ca.Client("open");
        File.SetUnixFileMode(open.KeyFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var locked = _ca.Client("locked");
        File.WriteAllText(locked.KeyFile, key.Replace("PRIVATE", "ENCRYPTED PRIVATE", StringComparison.Ordinal));
        File.WriteAllText(_folder["empty.pem"], "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");

        var words = new[]
        {
            (Client(good.File, other.KeyFile), $"{other.KeyFile} must hold the private key, in PEM, of the certificate in {good.File}"),
            (Client(good.File, good.File, _ca), $"{good.File} holds a private key and can be read by others; do: chmod 600 {good.File}"),
            (Client(open.File, open.KeyFile), $"{open.KeyFile} holds a private key and can be read by others; do: chmod 600 {open.KeyFile}"),
            (Client(locked.File, locked.KeyFile), $"the key in {locked.KeyFile} is locked by a passphrase; write it without: openssl pkey -in {locked.KeyFile}"),
            (Client(old.File, old.KeyFile), $"the certificate in {old.File} expired at "),
            (Client(_folder["empty.pem"], good.KeyFile), $"{_folder["empty.pem"]} must hold a certificate in PEM"),
            (new BrokerTlsFiles(_folder["empty.pem"], null, null), $"{_folder["empty.pem"]} must hold a certificate in PEM"),
            (new BrokerTlsFiles(_folder["none.pem"], null, null), $"Could not find file '{_folder["none.pem"]}'"),
        };
        foreach (var (files, expected) in words)
        {
            var why = await WhyNotAsync(server, files);
            Assert.StartsWith($"a file for TLS cannot be used: {expected}", why, StringComparison.Ordinal);
            Assert.DoesNotContain(key.Split('\n')[1], why);
        }

        Assert.Empty(server.Clients);

        BrokerTlsFiles Client(string certificate, string keyFile, TestCa? ca = null) => new((ca ?? _ca).CertificateFile, certificate, keyFile);
    }

    private static BrokerTlsFiles Trusting(TestCa ca) => new(ca.CertificateFile, null, null);

    private static async Task<string> WhyNotAsync(TlsServer server, BrokerTlsFiles files)
    {
        Assert.True(BrokerAddress.TryParse($"amqps://{Host}:{server.Port}", out var address, out _));
        var access = new BrokerAccess(address!, "", files);
        var connection = new BrokerConnection(access, isAlone: true, "test", TimeProvider.System);
        var error = await Assert.ThrowsAsync<BrokerException>(
            () => connection.OpenAsync(BrokerCredentials.Guest, TestContext.Current.CancellationToken));
        return error.Message;
    }
}
