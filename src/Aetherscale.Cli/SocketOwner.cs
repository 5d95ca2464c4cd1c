using System.Globalization;

namespace Aetherscale.Cli;

/// <summary>Whose daemon has its socket at a path, and the commands by which the asker reaches that user's systemd.</summary>
internal sealed record SocketOwner
{
    private readonly bool _askerIsRoot;

    private SocketOwner(uint uid, Surroundings around)
    {
        var id = uid.ToString(CultureInfo.InvariantCulture);
        string[]? account = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length > 5 && fields[2] == id);
        Uid = uid;
        Name = account?[0];
        Home = account?[5];
        RuntimeFolder = $"{around.RuntimeFolders}/{id}";
        _askerIsRoot = around.UserId == 0;
    }

    public uint Uid { get; }

    /// <summary>Null where <c>/etc/passwd</c> does not have them.</summary>
    public string? Name { get; }

    public string? Home { get; }

    public string RuntimeFolder { get; }

    /// <summary>The user of <c>/run/user/UID/…</c>, where that is not the one who asks.</summary>
    public static SocketOwner? Other(string path, Surroundings around) =>
        UidOf(path, around) is { } uid && uid != around.UserId ? new SocketOwner(uid, around) : null;

    /// <summary>The uid in <c>/run/user/UID/…</c>.</summary>
    public static uint? UidOf(string path, Surroundings around)
    {
        var rest = path.StartsWith(around.RuntimeFolders + "/", StringComparison.Ordinal)
            ? path[(around.RuntimeFolders.Length + 1)..].Split('/')[0]
            : "";
        return uint.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var uid) ? uid : null;
    }

    /// <summary>A command of the owner's own, as the asker has to type it: only root can speak to the systemd of others.</summary>
    public string Typed(string command) => !_askerIsRoot ? command
        : command.StartsWith("journalctl --user ", StringComparison.Ordinal) ? $"runuser -u {Name ?? "USER"} -- {command}"
        : command.StartsWith("systemctl --user ", StringComparison.Ordinal)
            ? $"runuser -u {Name ?? "USER"} -- env XDG_RUNTIME_DIR={RuntimeFolder} {command}"
        : command;
}
