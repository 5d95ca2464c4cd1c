using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>The answers of the commands on remotes.</summary>
internal static class RemoteScreen
{
    private static readonly string[] s_headers = ["NAME", "URL", "IMAGES", "BUILT-IN"];

    /// <summary>A row for each remote.</summary>
    public static Screen ListOf(IReadOnlyList<Reply> replies) => Of(replies.SelectMany(reply => reply.Read(Replies.Json.IReadOnlyListRemoteSummary)));

    /// <summary>What was added.</summary>
    public static Screen AddedOf(IReadOnlyList<Reply> replies) => Of(replies.Select(reply => reply.Read(Replies.Json.RemoteSummary)));

    /// <summary>What was removed; the requester knows it.</summary>
    public static Screen RemovedOf(IReadOnlyList<Reply> replies) => new(
        new Sheet(["NAME", "STATUS"], [.. replies.Select(reply => reply.Read(Replies.Json.RemoveRemoteResponse)).Select(remote => (Cell[])[new(remote.Name, Tone.Strong), new(remote.Status)])]),
        []);

    private static Screen Of(IEnumerable<RemoteSummary> all)
    {
        var remotes = all.ToList();
        return new Screen(new Sheet(s_headers, [.. remotes.Select(Row)]), [.. remotes.Select(remote => remote.Name)]);
    }

    private static Cell[] Row(RemoteSummary remote) =>
    [
        new(remote.Name, Tone.Strong),
        new(remote.Url),
        new(remote.Images.Count > 0 ? string.Join(',', remote.Images) : null),
        new(remote.BuiltIn ? "yes" : "no"),
    ];
}
