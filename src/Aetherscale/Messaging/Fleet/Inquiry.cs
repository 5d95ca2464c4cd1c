using System.Threading.Channels;

namespace Aetherscale.Messaging.Fleet;

/// <summary>What comes back to one message, from one host or many.</summary>
internal sealed class Inquiry(string id, Action<string> forget) : IDisposable
{
    private readonly Channel<Answer> _answers = Channel.CreateUnbounded<Answer>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>The correlation id that tells its answers from others.</summary>
    public string Id => id;

    public void Add(Answer answer) => _answers.Writer.TryWrite(answer);

    /// <summary>The connection that answers would come by is gone.</summary>
    public void End() => _answers.Writer.TryComplete();

    /// <returns>Null when none comes in time, or can come any more.</returns>
    public async Task<Answer?> NextAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (_answers.Reader.TryRead(out var there))
        {
            return there;
        }

        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await _answers.Reader.ReadAsync(either.Token);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => forget(id);
}

/// <summary>One answer.</summary>
/// <param name="Type">One of <see cref="FleetMessage"/>; null for a reply to a command.</param>
/// <param name="Host">The host that sent it; null where it does not say.</param>
/// <param name="Run">Which run of that host's daemon did; null where it does not say.</param>
/// <param name="Body">What it says.</param>
internal sealed record Answer(string? Type, string? Host, string? Run, ReadOnlyMemory<byte> Body);
