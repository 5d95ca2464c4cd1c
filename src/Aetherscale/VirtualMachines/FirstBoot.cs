using System.Text;
using Aetherscale.Images;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// What a guest is told when it boots for the first time, by cloud-init's NoCloud data source: a small disk labelled
/// <c>cidata</c>. The texts are passed on as they are. See <see cref="SystemCredentials"/> for guests without cloud-init.
/// </summary>
internal sealed record FirstBoot
{
    /// <summary>In meta-data, what stands before the guest's name.</summary>
    public const string HostnameKey = "local-hostname: ";

    /// <summary>In meta-data, what stands before each key.</summary>
    public const string KeyItem = "  - ";

    /// <summary>The user-data of who has none: the file must be there, and cloud-init warns of a cloud-config in which nothing stands.</summary>
    public const string NoUserData = "";

    /// <summary>The same in seeds of earlier versions.</summary>
    public const string NoUserDataOnce = "#cloud-config\n";

    private const string Label = "cidata";

    /// <summary>Public keys in one line each, for the image's usual user.</summary>
    public IReadOnlyList<string> SshKeys { get; init; } = [];

    /// <summary>The guest's name for itself; the VM's name or id when absent.</summary>
    public string? Hostname { get; init; }

    public string? UserData { get; init; }

    public string? NetworkConfig { get; init; }

    /// <summary>Run once; it begins with <c>#!</c>.</summary>
    public string? InitScript { get; init; }

    /// <summary>Whether there is anything to tell.</summary>
    public bool IsEmpty => SshKeys.Count == 0 && Hostname is null && UserData is null && NetworkConfig is null && InitScript is null;

    /// <summary>The guest's name for itself.</summary>
    public string NameOf(VmSpec spec) => Hostname ?? spec.Name ?? spec.VmId;

    /// <summary>The disk's bytes.</summary>
    public byte[] ToSeed(VmSpec spec)
    {
        // A script alone is what user-data may be, and every image knows that. Beside other user-data it is vendor-data, which cloud-init
        // treats alike, and runs first.
        var files = new List<(string, ReadOnlyMemory<byte>)>
        {
            ("meta-data", Encoding.UTF8.GetBytes(MetaData(spec))),
            ("user-data", Encoding.UTF8.GetBytes(UserData ?? InitScript ?? NoUserData)),
        };
        if (NetworkConfig is not null)
        {
            files.Add(("network-config", Encoding.UTF8.GetBytes(NetworkConfig)));
        }

        if (UserData is not null && InitScript is not null)
        {
            files.Add(("vendor-data", Encoding.UTF8.GetBytes(InitScript)));
        }

        return IsoImage.Build(Label, spec.Created, files);
    }

    private string MetaData(VmSpec spec)
    {
        var lines = new List<string>
        {
            $"instance-id: {Quoted(spec.VmId)}",
            $"{HostnameKey}{Quoted(NameOf(spec))}",
        };
        if (SshKeys.Count > 0)
        {
            lines.Add("public-keys:");
            lines.AddRange(SshKeys.Select(key => $"{KeyItem}{Quoted(key)}"));
        }

        return string.Join('\n', lines) + "\n";
    }

    // YAML's way; none of the texts has control characters.
    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
