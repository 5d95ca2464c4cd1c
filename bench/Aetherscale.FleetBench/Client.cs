using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.FleetBench;

/// <summary>A client of the fleet: sends commands to a queue, and waits for their replies.</summary>
internal sealed class Client : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<byte[]>> _waiting = new();
    private readonly ConcurrentDictionary<string, byte> _returned = new();
    private string _replies = "";
    private long _last;

    private Client(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public static async Task<Client> OpenAsync(BrokerAddress address)
    {
        var connection = await new ConnectionFactory { HostName = address.Host, Port = address.Port }.CreateConnectionAsync();
        var client = new Client(connection, await connection.CreateChannelAsync());
        client._replies = (await client._channel.QueueDeclareAsync()).QueueName;
        var consumer = new AsyncEventingBasicConsumer(client._channel);
        consumer.ReceivedAsync += client.OnReplyAsync;
        client._channel.BasicReturnAsync += (_, message) =>
        {
            client._returned[message.RoutingKey] = 0;
            return Task.CompletedTask;
        };
        await client._channel.BasicConsumeAsync(client._replies, autoAck: true, consumer);
        return client;
    }

    /// <summary>Sends the request and waits for its reply.</summary>
    public async Task<byte[]> AskAsync(string queue, RequestEnvelope request)
    {
        var id = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        var reply = _waiting[id] = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var properties = new BasicProperties { ReplyTo = _replies, CorrelationId = id };
        await _channel.BasicPublishAsync("", queue, mandatory: true, properties, JsonSerializer.SerializeToUtf8Bytes(request, ContractJson.Wire.RequestEnvelope));
        return await reply.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>Those names that lead to no host.</summary>
    public async Task<List<string>> UnboundAsync(IEnumerable<string> names)
    {
        _returned.Clear();
        foreach (var name in names)
        {
            var probe = new BasicProperties { Type = Messaging.Fleet.FleetMessage.Probe };
            await _channel.BasicPublishAsync(AmqpRoutes.VmExchange, name, mandatory: true, probe, System.Text.Encoding.UTF8.GetBytes(name));
        }

        // What the broker has answered comes after what it has sent back.
        await _channel.QueueDeclarePassiveAsync(_replies);
        return [.. _returned.Keys];
    }

    /// <summary>Completes at the next event of the host's VMs.</summary>
    public async Task<Task> NextEventAsync(string host)
    {
        var queue = (await _channel.QueueDeclareAsync()).QueueName;
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, _) =>
        {
            first.TrySetResult();
            return Task.CompletedTask;
        };
        await _channel.QueueBindAsync(queue, AmqpRoutes.EventExchange, $"vm.{host}.#");
        await _channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return first.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private Task OnReplyAsync(object sender, BasicDeliverEventArgs message)
    {
        if (_waiting.TryRemove(message.BasicProperties.CorrelationId ?? "", out var reply))
        {
            reply.SetResult(message.Body.ToArray());
        }

        return Task.CompletedTask;
    }
}
