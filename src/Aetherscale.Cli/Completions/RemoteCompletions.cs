using Aetherscale.Contract;

namespace Aetherscale.Cli.Completions;

/// <summary>The names of remotes that can be removed.</summary>
internal sealed class RemoteCompletions(Session session) : WordCompletions(session, CommandNames.ListRemotes)
{
    protected override IEnumerable<string?> WordsOf(Reply reply) =>
        reply.Read(Replies.Json.IReadOnlyListRemoteSummary).Where(remote => !remote.BuiltIn).Select(remote => remote.Name);
}
