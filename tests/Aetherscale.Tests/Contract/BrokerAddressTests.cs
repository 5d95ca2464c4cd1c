using Aetherscale.Contract;

namespace Aetherscale.Tests.Contract;

public sealed class BrokerAddressTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("amqp://mq", false, "mq", 5672, "/", null, "amqp://mq:5672")]
    [InlineData("amqp://mq/", false, "mq", 5672, "/", null, "amqp://mq:5672")]
    [InlineData("amqps://mq", true, "mq", 5671, "/", null, "amqps://mq:5671")]
    [InlineData("amqp://127.0.0.1:5673/lab", false, "127.0.0.1", 5673, "lab", null, "amqp://127.0.0.1:5673/lab")]
    [InlineData("amqp://[::1]:5673/a%2Fb", false, "::1", 5673, "a/b", null, "amqp://[::1]:5673/a%2Fb")]
    [InlineData("amqp://ann:s3cr%40t%3A@mq", false, "mq", 5672, "/", "ann s3cr@t:", "amqp://mq:5672")]
    public void A_url_is_read_and_shown_without_credentials(
        string text, bool useTls, string host, int port, string virtualHost, string? credentials, string shown)
    {
        Assert.True(BrokerAddress.TryParse(text, out var address, out var problem));
        Assert.Null(problem);
        Assert.Equal((useTls, host, port, virtualHost), (address!.UseTls, address.Host, address.Port, address.VirtualHost));
        Assert.Equal(credentials, address.Credentials is { } who ? $"{who.UserName} {who.Password}" : null);
        Assert.Equal(shown, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("mq:5672")]
    [InlineData("http://mq")]
    [InlineData("amqp://")]
    [InlineData("amqp:///vhost")]
    [InlineData("amqp://mq:99999")]
    [InlineData("amqp://mq/a/b")]
    [InlineData("amqp://mq?heartbeat=1")]
    [InlineData("amqp://mq#s3cret")]
    [InlineData("amqp://ann@mq")]
    [InlineData("amqp://ann:s3cret:more@mq")]
    public void What_is_no_broker_is_refused_without_being_repeated(string text)
    {
        Assert.False(BrokerAddress.TryParse(text, out var address, out var problem));
        Assert.Null(address);
        Assert.StartsWith("must ", problem);
        Assert.DoesNotContain("s3cret", problem);
    }

    [Fact]
    public void Credentials_are_one_line_of_a_file_that_is_its_owners_alone()
    {
        var path = Write("ann:s3:cret\n", UnixFileMode.UserRead);

        var credentials = BrokerCredentials.ReadFile(path);

        Assert.Equal(("ann", "s3:cret"), (credentials.UserName, credentials.Password));
        Assert.Equal("ann", credentials.ToString());
    }

    [Theory]
    [InlineData("", UnixFileMode.UserRead, "one line: user:password")]
    [InlineData("ann", UnixFileMode.UserRead, "one line: user:password")]
    [InlineData(":s3cret", UnixFileMode.UserRead, "one line: user:password")]
    [InlineData("ann:s3cret\nbob:s3cret\n", UnixFileMode.UserRead, "one line: user:password")]
    [InlineData("ann:s3cret", UnixFileMode.UserRead | UnixFileMode.GroupRead, "chmod 600")]
    [InlineData("ann:s3cret", UnixFileMode.UserRead | UnixFileMode.OtherRead, "chmod 600")]
    public void Another_file_is_refused_without_being_repeated(string text, UnixFileMode mode, string problem)
    {
        var path = Write(text, mode);

        var error = Assert.Throws<IOException>(() => BrokerCredentials.ReadFile(path));

        Assert.Contains(problem, error.Message);
        Assert.Contains(path, error.Message);
        Assert.DoesNotContain("s3cret", error.Message);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string text, UnixFileMode mode)
    {
        File.WriteAllText(_folder["credentials"], text);
        File.SetUnixFileMode(_folder["credentials"], mode);
        return _folder["credentials"];
    }
}
