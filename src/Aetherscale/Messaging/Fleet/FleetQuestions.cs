using System.Text;
using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.Messaging.Fleet;

/// <summary>What other hosts ask of all, and what they tell of themselves.</summary>
internal sealed class FleetQuestions(FleetHost me, CommandRouter router, FleetMembers members, FleetClocks clocks, BackgroundWork work)
{
    /// <summary>Begins to answer. What cannot be understood is passed over: a newer version's question is for newer versions.</summary>
    public void Take(FleetLink link, BasicDeliverEventArgs message, CancellationToken stopping)
    {
        if (message.Exchange == AmqpRoutes.EventExchange)
        {
            Hear(message.RoutingKey, message.BasicProperties);
            return;
        }

        if (!Sender.IsAHost(message))
        {
            // A client has written here, which could ask in nobody's name.
            return;
        }

        var properties = message.BasicProperties;
        clocks.Heard(properties);
        if (properties.Text(FleetHeaders.Host) is { } host)
        {
            members.Heard(host);
        }

        switch (properties.Type)
        {
            case FleetMessage.Ping:
                work.Adopt(link.AnswerAsync(properties, FleetMessage.Ping, ReadOnlyMemory<byte>.Empty, stopping), "An answer");
                break;
            case FleetMessage.Hello:
                work.Adopt(link.AnswerAsync(properties, FleetMessage.Hello, Known(), stopping), "An answer");
                break;
            case FleetMessage.Recall:
                var mark = RequestMark.Parse(Encoding.UTF8.GetString(message.Body.Span));
                work.Adopt(Task.Run(() => RecallAsync(link, message, mark, stopping), stopping), "An answer about a request");
                break;
            case FleetMessage.Command:
                var asker = new Requester($"amqp host={Quoted.Plain(properties.Text(FleetHeaders.Host) ?? "")}", WaitsByDefault: true)
                {
                    Door = "amqp",
                    Scope = "amqp",
                    IsForThisHost = true,
                };
                var body = message.Body.ToArray();
                work.Adopt(Task.Run(() => AnswerAsync(link, message, body, asker, stopping), stopping), asker.Name);
                break;
        }
    }

    private async Task AnswerAsync(FleetLink link, BasicDeliverEventArgs message, byte[] body, Requester asker, CancellationToken stopping)
    {
        var properties = message.BasicProperties;
        var reply = await router.RunAsync(body, asker, stopping);
        try
        {
            await link.AnswerAsync(properties, null, reply.ToJson(), stopping);
        }
        catch (AetherscaleException error) when (error.Code == ErrorCodes.ReplyTooLarge)
        {
            await link.AnswerAsync(properties, null, reply.TooLarge().ToJson(), stopping);
        }
    }

    private async Task RecallAsync(FleetLink link, BasicDeliverEventArgs message, RequestMark? mark, CancellationToken stopping)
    {
        if (mark is { } request && await me.Recall(request, stopping) is { } response)
        {
            var reply = new Reply(new ExecutionInfo { Status = ExecutionInfo.Success, Host = me.Name, RequestId = request.Id }, response.WriteTo);
            await link.AnswerAsync(message.BasicProperties, FleetMessage.Recall, reply.ToJson(), stopping);
            return;
        }

        await link.AnswerAsync(message.BasicProperties, FleetMessage.No, ReadOnlyMemory<byte>.Empty, stopping);
    }

    private void Hear(string key, IReadOnlyBasicProperties properties)
    {
        switch (FleetEvents.Read(key))
        {
            case ({ } host, FleetEvents.Here):
                members.Heard(host);
                clocks.Heard(properties);
                break;
            case ({ } host, FleetEvents.Forgotten):
                members.Forget(host);
                break;
        }
    }

    private byte[] Known()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var host in members.Names)
            {
                writer.WriteStringValue(host);
            }

            writer.WriteEndArray();
        }

        return buffer.ToArray();
    }
}
