using System.CommandLine.Completions;
using System.Text.Json;
using Aetherscale.Cli.Settings;
using Aetherscale.Cli.Transport;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Completions;

/// <summary>The names and ids of VMs for the shell's Tab key, asked of the daemon.</summary>
internal sealed class VmCompletions(Surroundings around, GlobalOptions options)
{
    /// <summary>Longer, and a Tab would feel stuck.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(300);

    public IEnumerable<CompletionItem> Find(CompletionContext context)
    {
        try
        {
            var socket = SocketPlace.Find(context.ParseResult.GetValue(options.Socket), around);
            return FindAsync(new UnixSocketTransport(socket, around, blocking: true)).GetAwaiter().GetResult()
                .Where(word => word.StartsWith(context.WordToComplete, StringComparison.Ordinal))
                .Select(word => new CompletionItem(word));
        }
        catch (Exception e) when (e is CliException or OperationCanceledException)
        {
            return []; // a Tab is no place for an error message
        }
    }

    private async Task<IReadOnlyList<string>> FindAsync(UnixSocketTransport daemon)
    {
        using var patience = new CancellationTokenSource(s_patience, around.Time);
        var request = new RequestEnvelope { Command = CommandNames.ListVms, RequestId = around.NewRequestId() };
        var reply = await daemon.SendAsync(request, patience.Token);
        if (reply.Response is not { ValueKind: JsonValueKind.Array } response)
        {
            return [];
        }

        // The shell is handed words: what is no plain word is left out, so that it cannot become something else there.
        return [.. response.Read(Replies.Json.IReadOnlyListVmSummary)
            .SelectMany(vm => new[] { vm.Name, vm.VmId })
            .OfType<string>()
            .Where(word => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))];
    }
}
