using System.CommandLine;
using System.CommandLine.Completions;
using Aetherscale.Cli.Transport;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Completions;

/// <summary>Words for the shell's Tab key, asked of the daemon.</summary>
/// <param name="session">Reaches the daemon.</param>
/// <param name="command">What it is asked.</param>
internal abstract class WordCompletions(Session session, string command)
{
    /// <summary>Longer, and a Tab would feel stuck.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(300);

    public IEnumerable<CompletionItem> Find(CompletionContext context)
    {
        try
        {
            return FindAsync(context.ParseResult).GetAwaiter().GetResult()
                .Where(word => word.StartsWith(context.WordToComplete, StringComparison.Ordinal))
                .Select(word => new CompletionItem(word));
        }
        catch (Exception e) when (e is CliException or OperationCanceledException)
        {
            return []; // a Tab is no place for an error message
        }
    }

    protected abstract IEnumerable<string?> WordsOf(Reply reply);

    private async Task<IReadOnlyList<string>> FindAsync(ParseResult line)
    {
        await using var daemon = session.TransportFor(line, Addressing.None, blocking: true);
        using var patience = new CancellationTokenSource(s_patience, session.Around.Time);
        var request = new RequestEnvelope { Command = command, RequestId = session.Around.NewRequestId() };
        var reply = await daemon.SendAsync(request, patience.Token);

        // The shell is handed words: what is no plain word is left out, so that it cannot become something else there.
        return reply.Response.IsEmpty ? [] : [.. WordsOf(reply).OfType<string>().Where(IsPlain)];
    }

    private static bool IsPlain(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');
}
