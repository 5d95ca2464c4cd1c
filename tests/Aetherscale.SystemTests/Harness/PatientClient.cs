using System.Diagnostics;
using System.Text.Json;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.SystemTests.Harness;

/// <summary>
/// A requester that wants to know: it connects again, to one of the broker's nodes after the other, and sends again, with the same request id,
/// until a reply says what has become of it.
/// </summary>
internal sealed class PatientClient(params IReadOnlyList<string> urls) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    /// <summary>Replies after which the same request is to be sent again.</summary>
    private static readonly string[] s_unsure = ["no-fleet", "host-unreachable", "internal-error", "timeout", "deadline-passed"];

    private AmqpClient? _client;
    private int _turn;

    /// <summary>Sends a request that has a request id.</summary>
    public async Task<JsonElement> AskAsync(string body, string exchange = "", string route = "vm-queue")
    {
        JsonElement? last = null;
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < s_patience;)
        {
            if (await TryAskAsync(body, exchange, route) is { } reply)
            {
                if (!IsUnsure(reply))
                {
                    return reply;
                }

                last = reply;
                await Task.Delay(50);
            }
        }

        throw new TimeoutException($"Nothing in {s_patience} to {body}, but at last: {last}");
    }

    public ValueTask DisposeAsync() => _client?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static bool IsUnsure(JsonElement reply) =>
        (reply.GetProperty("execution-info").TryGetProperty("code", out var code) && s_unsure.Contains(code.GetString()))
        || (reply.TryGetProperty("response", out var response) && response.ValueKind == JsonValueKind.Object
            && response.TryGetProperty("status", out var status) && status.GetString() == "parked");

    private async Task<JsonElement?> TryAskAsync(string body, string exchange, string route)
    {
        const int Seconds = 8;
        try
        {
            _client ??= await AmqpClient.ConnectAsync(urls[_turn++ % urls.Count]);
            var id = await _client.SendAsync(body, exchange, route);
            for (var waited = 0; waited < Seconds * 20 && _client.IsOpen; waited++)
            {
                if (_client.TryReply(id) is { } reply)
                {
                    return reply;
                }

                await Task.Delay(50);
            }
        }
        catch (Exception error) when (error is BrokerUnreachableException or AlreadyClosedException or OperationInterruptedException or IOException or TimeoutException)
        {
            await Task.Delay(250);
        }

        if (_client is { IsOpen: false } lost)
        {
            _client = null;
            await lost.DisposeAsync();
        }

        return null;
    }
}
