using System.Text;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>The messages that the published CLI sends, as a daemon sees them that the test plays.</summary>
[Collection(BrokerTests.Name)]
public sealed class CliRequestTests(Broker broker) : IAsyncLifetime
{
    private const string Done = """{"execution-info": {"status": "success"}, "response": {"status": "stopped", "vm-id": "wiuakczz"}}""";

    private readonly string _url = broker.UrlOf(broker.NewVirtualHost());
    private IConnection _connection = null!;
    private IChannel _channel = null!;

    public async ValueTask InitializeAsync()
    {
        _connection = await new ConnectionFactory { Uri = new Uri(_url) }.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync();
        await _channel.QueueDeclareAsync("vm-queue", durable: false, exclusive: false, autoDelete: false);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task A_request_says_all_that_the_daemon_and_the_broker_must_know()
    {
        var came = new TaskCompletionSource<(IReadOnlyBasicProperties Properties, JsonElement Body)>();
        await PlayAsync(async message =>
        {
            using var body = JsonDocument.Parse(message.Body);
            came.TrySetResult((new BasicProperties(message.BasicProperties), body.RootElement.Clone()));
            await ReplyAsync(message, "somebody-else's", """{"execution-info": {"status": "error"}}""");
            await ReplyAsync(message, message.BasicProperties.CorrelationId, Done);
        });

        var result = await CliAsync("stop-vm", "web");
        var (properties, request) = await came.Task;

        Assert.Equal(new ToolResult(0, "VM-ID     NAME  STATUS\nwiuakczz  -     stopped\n", ""), result);
        Assert.Equal(
            ("application/json", "aetherscale-cli", "guest", "60000"),
            (properties.ContentType, properties.AppId, properties.UserId, properties.Expiration));
        Assert.StartsWith("amq.rabbitmq.reply-to.", properties.ReplyTo, StringComparison.Ordinal);
        var id = request.GetProperty("request-id").GetString();
        Assert.Equal((id, id), (properties.MessageId, properties.CorrelationId));
        Assert.Equal(
            """{"vm-id":"web","wait":true,"kill":false}""",
            request.GetProperty("options").ToString());
    }

    [Fact]
    public async Task What_is_no_envelope_does_not_come_from_a_daemon()
    {
        await PlayAsync(message => ReplyAsync(message, message.BasicProperties.CorrelationId, "hello"));

        var result = await CliAsync("list-vms");

        Assert.Equal(
            new ToolResult(3, "", $"aetherscale-cli: what answers by the broker {_url} is not an aetherscale daemon: a reply without an envelope\n"), result);
    }

    [Fact]
    public async Task A_stream_that_is_no_good_ends_the_client_with_an_error()
    {
        await PlayAsync(async message =>
        {
            using var body = JsonDocument.Parse(message.Body);
            var queue = body.RootElement.GetProperty("options").GetProperty("queue").GetString()!;
            var own = (await _channel.QueueDeclareAsync()).QueueName;
            await ReplyAsync(
                message, message.BasicProperties.CorrelationId, $$$"""{"execution-info": {"status": "success"}, "response": {"queue": "{{{own}}}"}}""");
            await _channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Type = "data" }, "early"u8.ToArray());
            await _channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Type = "credit" }, "1"u8.ToArray());
        });

        Assert.Equal(
            new ToolResult(3, "early", "aetherscale-cli: the connection to the guest broke: the other side gave credit that it does not have\n"),
            await CliAsync("connect", "web", "22"));
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Does with each message what the test says.</summary>
    private async Task PlayAsync(Func<BasicDeliverEventArgs, Task> answer)
    {
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, message) => answer(message);
        await _channel.BasicConsumeAsync("vm-queue", autoAck: true, consumer);
    }

    private async Task ReplyAsync(BasicDeliverEventArgs message, string? correlationId, string body) => await _channel.BasicPublishAsync(
        "", message.BasicProperties.ReplyTo!, mandatory: false, new BasicProperties { CorrelationId = correlationId }, Bytes(body));

    private Task<ToolResult> CliAsync(params string[] arguments) => Tool.RunAsync(
        $"{TestEnvironment.Programs}/aetherscale-cli", ["--broker", _url, .. arguments], new Dictionary<string, string>());
}
