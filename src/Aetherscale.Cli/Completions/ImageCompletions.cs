using System.CommandLine;
using System.CommandLine.Completions;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Completions;

/// <summary>The names of images for the shell's Tab key, asked of the daemon.</summary>
internal sealed class ImageCompletions(Session session)
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

    private async Task<IReadOnlyList<string>> FindAsync(ParseResult line)
    {
        await using var daemon = session.TransportFor(line, blocking: true);
        using var patience = new CancellationTokenSource(s_patience, session.Around.Time);
        var request = new RequestEnvelope { Command = CommandNames.ListImages, RequestId = session.Around.NewRequestId() };
        var reply = await daemon.SendAsync(request, patience.Token);

        // The shell is handed words: what is no plain word is left out, so that it cannot become something else there.
        return reply.Response.IsEmpty ? [] :
        [
            .. reply.Read(Replies.Json.IReadOnlyListImageSummary)
                .Select(image => image.Name)
                .Where(word => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')),
        ];
    }
}
