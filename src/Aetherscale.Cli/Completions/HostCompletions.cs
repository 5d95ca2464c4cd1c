using Aetherscale.Contract;

namespace Aetherscale.Cli.Completions;

/// <summary>The names of hosts.</summary>
internal sealed class HostCompletions(Session session) : WordCompletions(session, CommandNames.ListHosts)
{
    protected override IEnumerable<string?> WordsOf(Reply reply) => reply.Read(Replies.Json.IReadOnlyListHostSummary).Select(host => host.Host);
}
