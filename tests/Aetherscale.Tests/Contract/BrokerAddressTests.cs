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

    [Theory]
    [InlineData("amqp://mq", "amqp://mq:5672")]
    [InlineData("amqps://a/v,amqps://b:5673/v", "amqps://a:5671/v amqps://b:5673/v")]
    [InlineData("amqp://ann:s3cret%2C@a , amqp://ann:s3cret%2C@[::1]/", "amqp://a:5672 amqp://[::1]:5672")]
    public void Urls_of_the_nodes_of_a_broker_are_read_in_their_order(string text, string shown)
    {
        Assert.True(BrokerAddress.TryParseAll(text, out var addresses, out var problem));
        Assert.Null(problem);
        Assert.Equal(shown, string.Join(' ', addresses));
    }

    [Theory]
    [InlineData("", "must be a URL such as amqp://broker.example:5672, or amqps:// for TLS")]
    [InlineData("amqp://a,", "of the 2 URLs between its commas number 2 is wrong")]
    [InlineData("amqp://a,,amqp://b", "of the 3 URLs between its commas number 2 is wrong")]
    [InlineData("amqp://a,b:5672", "of the 2 URLs between its commas number 2 is wrong")]
    [InlineData("amqp://ann:s3,cret@a", "a comma in a password is written %2C")]
    [InlineData("amqp://a/v,amqp://b/w", "must name the same virtual host in each of its URLs")]
    [InlineData("amqp://a,amqp://b/v", "must name the same virtual host in each of its URLs")]
    [InlineData("amqps://a,amqp://b", "must say amqps:// in each of its URLs, or in none")]
    [InlineData("amqp://ann:s3cret@a,amqp://b", "must name the same user and password in each of its URLs, or in none")]
    [InlineData("amqp://ann:s3cret@a,amqp://ann:s3crets@b", "must name the same user and password in each of its URLs, or in none")]
    [InlineData("amqp://ann:s3cret@a,amqp://bob:s3cret@b", "must name the same user and password in each of its URLs, or in none")]
    public void Urls_that_cannot_be_the_nodes_of_a_broker_are_refused_without_being_repeated(string text, string words)
    {
        Assert.False(BrokerAddress.TryParseAll(text, out var addresses, out var problem));
        Assert.Empty(addresses);
        Assert.StartsWith("must ", problem);
        Assert.Contains(words, problem);
        Assert.DoesNotContain("s3", problem);
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
