using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aetherscale.Files;

namespace Aetherscale.Systemd;

/// <summary>
/// Users that are a file each, which systemd and all other programs of the machine find by nss-systemd(8), from the first second of
/// a boot on: <c>NAME.user</c> and <c>NAME.group</c>, with a link <c>NUMBER.user</c> and <c>NUMBER.group</c> to each
/// (https://systemd.io/USER_RECORD). No such user can log in.
/// </summary>
internal sealed class UserRecords(string folder)
{
    /// <summary>Where the administrator's records stand; those in /run would be gone at the next boot.</summary>
    public const string MachineFolder = "/etc/userdb";

    private const string StateMember = "aetherscaleState";
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Makes a user, and a group of the same name and number.</summary>
    /// <param name="name">The name.</param>
    /// <param name="id">The number.</param>
    /// <param name="realName">What the user is for.</param>
    /// <param name="state">The state folder that the user belongs to.</param>
    /// <returns>False when another record has the number.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    public bool TryAdd(string name, uint id, string realName, string state)
    {
        Directory.CreateDirectory(folder);
        var number = id.ToString(CultureInfo.InvariantCulture);
        if (!TryClaim($"{folder}/{number}.user", $"{name}.user"))
        {
            return false;
        }

        Write($"{name}.group", new JsonObject { ["groupName"] = name, ["gid"] = id, ["disposition"] = "system", [StateMember] = state });
        Claim($"{folder}/{number}.group", $"{name}.group");
        Write($"{name}.user", new JsonObject
        {
            ["userName"] = name,
            ["uid"] = id,
            ["gid"] = id,
            ["realName"] = realName,
            ["homeDirectory"] = "/",
            ["shell"] = "/usr/sbin/nologin",
            ["locked"] = true,
            ["disposition"] = "system",
            [StateMember] = state,
        });
        return true;
    }

    public bool Contains(string name) => FileStatus.Of($"{folder}/{name}.user") is not null;

    /// <summary>Removes a user. Once more does no harm.</summary>
    public void Remove(string name)
    {
        foreach (var kind in (string[])["user", "group"])
        {
            var target = $"{name}.{kind}";
            foreach (var link in Links(kind).Where(link => new FileInfo(link).LinkTarget == target))
            {
                File.Delete(link);
            }

            File.Delete($"{folder}/{target}");
        }
    }

    /// <summary>The names of the users of a state folder that begin so.</summary>
    public IReadOnlyList<string> Find(string prefix, string state) => !Directory.Exists(folder) ? [] :
    [
        .. Directory.EnumerateFiles(folder, $"{prefix}*.user")
            .Where(path => StateOf(path) == state)
            .Select(path => Path.GetFileNameWithoutExtension(path)!),
    ];

    private List<string> Links(string kind) => !Directory.Exists(folder) ? [] :
        [.. Directory.EnumerateFileSystemEntries(folder, $"*.{kind}").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0]))];

    /// <summary>The number is whose link comes first.</summary>
    private static bool TryClaim(string link, string target)
    {
        try
        {
            File.CreateSymbolicLink(link, target);
            return true;
        }
        catch (IOException) when (FileStatus.Of(link) is not null)
        {
            return new FileInfo(link).LinkTarget == target;
        }
    }

    private static void Claim(string link, string target)
    {
        if (!TryClaim(link, target))
        {
            File.Delete(link);
            File.CreateSymbolicLink(link, target);
        }
    }

    private void Write(string name, JsonObject record) =>
        DurableFile.Replace($"{folder}/{name}", System.Text.Encoding.UTF8.GetBytes(record.ToJsonString() + "\n"), Mode);

    private static string? StateOf(string path)
    {
        try
        {
            return JsonNode.Parse(FileEnd.Read(path, int.MaxValue / 2))?[StateMember]?.GetValue<string>();
        }
        catch (Exception error) when (error is IOException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
