using System.Text.Json;

namespace Aetherscale.Qemu;

/// <summary>How a connection to a monitor begins: QEMU greets, and is told that commands follow.</summary>
internal static class QmpNegotiation
{
    /// <summary>Negotiates, and asks the first question with it.</summary>
    /// <param name="stream">Takes our lines.</param>
    /// <param name="lines">QEMU's lines.</param>
    /// <param name="onEvent">Takes an event that comes in between.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The guest's state, as <c>query-status</c> tells it.</returns>
    /// <exception cref="QmpException">It is no monitor, or QEMU refused.</exception>
    public static async Task<string> RunAsync(
        Stream stream, QmpLineReader lines, Action<JsonElement> onEvent, CancellationToken cancellation)
    {
        if (!(await ReadAsync(lines, cancellation)).TryGetProperty("QMP", out _))
        {
            throw new QmpException("QEMU did not greet: this is no QMP monitor");
        }

        // In one piece: a QEMU that has just started greets long before it answers, and is busy when it does.
        byte[] commands =
        [
            .. QmpMessage.Command(QmpWaiters.NegotiationId, "qmp_capabilities", null),
            .. QmpMessage.Command(QmpWaiters.NegotiationId, "query-status", null),
        ];
        await stream.WriteAsync(commands, cancellation);
        await ReadReturnAsync(lines, onEvent, cancellation);
        return QmpMessage.Status(await ReadReturnAsync(lines, onEvent, cancellation));
    }

    private static async Task<JsonElement> ReadReturnAsync(
        QmpLineReader lines, Action<JsonElement> onEvent, CancellationToken cancellation)
    {
        while (true)
        {
            var message = await ReadAsync(lines, cancellation);
            if (message.TryGetProperty("return", out var result))
            {
                return result;
            }

            if (!message.TryGetProperty("event", out _))
            {
                throw QmpMessage.Error(message);
            }

            onEvent(message);
        }
    }

    private static async Task<JsonElement> ReadAsync(QmpLineReader lines, CancellationToken cancellation) =>
        await lines.ReadAsync(cancellation) ?? throw new QmpException("QEMU closed the connection");
}
