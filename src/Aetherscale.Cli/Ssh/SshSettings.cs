using Aetherscale.Cli.Verbs;

namespace Aetherscale.Cli.Ssh;

/// <summary>The settings by which ssh, and all that uses it, reaches a VM.</summary>
internal sealed class SshSettings(KnownHosts known, string program, IReadOnlyList<string> way)
{
    /// <param name="vmId">The VM's id.</param>
    /// <param name="user">Who logs in.</param>
    /// <param name="areTold">Whether the guest has told its host keys.</param>
    /// <param name="learns">Whether ssh's connection is to look for new ones first.</param>
    public IReadOnlyList<(string Keyword, string Value)> Of(string vmId, string user, bool areTold, bool learns) =>
    [
        ("HostName", vmId),
        ("User", user),
        ("HostKeyAlias", KnownHosts.AliasOf(vmId)),
        ("UserKnownHostsFile", SshText.Path(known.FileOf(vmId))),
        ("StrictHostKeyChecking", areTold ? "yes" : "accept-new"),
        ("ProxyCommand", SshText.Command(
            [program, .. way, Connect.Word, .. learns ? [Connect.LearnOption] : Array.Empty<string>()], "%h", "%p")),
    ];

    /// <summary>The options that lead this program to the same daemon again; none where it finds it by itself.</summary>
    public static IReadOnlyList<string> WayTo(string? socket, string? broker) =>
        socket is not null ? ["--socket", Path.GetFullPath(socket)] : broker is not null ? ["--broker", broker] : [];
}
