using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.SystemTests.Harness;

/// <summary>A requester that has several messages under way at a time.</summary>
internal sealed class AmqpClient : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly ConcurrentDictionary<string, JsonElement> _replies = new();
    private readonly ConcurrentQueue<(string Id, string Text)> _all = [];
    private string _replyQueue = "";

    private AmqpClient(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    /// <summary>How many replies came, those that were asked for twice included.</summary>
    public int Replies { get; private set; }

    /// <summary>All replies that came to one message so far, as they are.</summary>
    public IReadOnlyList<string> RepliesTo(string id) => [.. _all.Where(reply => reply.Id == id).Select(reply => reply.Text)];

    public bool IsOpen => _connection.IsOpen && _channel.IsOpen;

    public static async Task<AmqpClient> ConnectAsync(string url)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(url), AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        var client = new AmqpClient(connection, await connection.CreateChannelAsync());
        await client.ListenAsync();
        return client;
    }

    /// <summary>Sends a message that wants a reply.</summary>
    /// <returns>What <see cref="ReplyAsync"/> knows it by.</returns>
    public async Task<string> SendAsync(string body, string exchange = "", string route = "vm-queue", string? messageId = null, string? expiration = null)
    {
        var properties = new BasicProperties { ReplyTo = _replyQueue, CorrelationId = Guid.NewGuid().ToString() };
        if (messageId is not null)
        {
            properties.MessageId = messageId;
        }

        if (expiration is not null)
        {
            properties.Expiration = expiration;
        }

        await PublishAsync(body, exchange, route, properties);
        return properties.CorrelationId;
    }

    public async Task PublishAsync(string body, string exchange, string route, BasicProperties properties) =>
        await _channel.BasicPublishAsync(exchange, route, mandatory: false, properties, Encoding.UTF8.GetBytes(body));

    /// <summary>Has an exchange send what has this key to the queue, too.</summary>
    public async Task BindAsync(string queue, string exchange, string key) => await _channel.QueueBindAsync(queue, exchange, key);

    /// <summary>A queue that the broker named, as streams need one; nobody looks at what comes in.</summary>
    public async Task<string> OwnQueueAsync()
    {
        var queue = (await _channel.QueueDeclareAsync()).QueueName;
        await _channel.BasicConsumeAsync(queue, autoAck: true, new AsyncEventingBasicConsumer(_channel));
        return queue;
    }

    public async Task<JsonElement> ReplyAsync(string id, double seconds = 5)
    {
        await Wait.UntilAsync($"the reply to {id}", () => _replies.ContainsKey(id), seconds);
        return _replies[id];
    }

    /// <returns>Null when there is none yet.</returns>
    public JsonElement? TryReply(string id) => _replies.TryGetValue(id, out var reply) ? reply : null;

    public async Task<JsonElement> AskAsync(string body, double seconds = 5) => await ReplyAsync(await SendAsync(body), seconds);

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task ListenAsync()
    {
        _replyQueue = (await _channel.QueueDeclareAsync()).QueueName;
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            using var reply = JsonDocument.Parse(message.Body);
            _all.Enqueue((message.BasicProperties.CorrelationId!, reply.RootElement.GetRawText()));
            _replies[message.BasicProperties.CorrelationId!] = reply.RootElement.Clone();
            Replies++;
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync(_replyQueue, autoAck: true, consumer);
    }
}
