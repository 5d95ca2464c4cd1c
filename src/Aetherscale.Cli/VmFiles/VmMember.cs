using System.Text.Json.Serialization.Metadata;
using Aetherscale.Contract;

namespace Aetherscale.Cli.VmFiles;

/// <summary>A member of create-vm's options on the wire, which is a key of a VM's file and an option of the command line.</summary>
internal sealed class VmMember
{
    public const int MaxCpus = 255;

    /// <summary>What a size looks like.</summary>
    public const string SizeGrammar = "a size in MiB or with a suffix (512M, 4G, 1.5GiB)";

    private VmMember(JsonPropertyInfo property)
    {
        Name = property.Name;
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Kind = Name is "memory" or "disk" ? VmMemberKind.Size
            : type == typeof(int) ? VmMemberKind.Number
            : type == typeof(bool) ? VmMemberKind.Flag
            : type == typeof(string) ? VmMemberKind.Text
            : type == typeof(IReadOnlyList<string>) ? VmMemberKind.List
            : throw new NotSupportedException($"{Name} is a {type}");
    }

    /// <summary>All of them, by name, in the order in which the wire has them.</summary>
    public static OrderedDictionary<string, VmMember> All { get; } =
        new(ContractJson.Wire.CreateVmOptions.Properties.Select(property => KeyValuePair.Create(property.Name, new VmMember(property))));

    public string Name { get; }

    public VmMemberKind Kind { get; }

    /// <summary>The only words that it may be; empty where it is free.</summary>
    public IReadOnlyList<string> Words => WordsOf(Name);

    /// <summary>What it takes, to be read after "takes".</summary>
    public string Expected => Kind switch
    {
        VmMemberKind.Size => SizeGrammar,
        VmMemberKind.Number => $"a whole number from 1 to {MaxCpus}",
        VmMemberKind.Flag => "true or false",
        VmMemberKind.List => "a list: [] for none, or for each text a line below it that begins with \"- \"",
        _ => Words.Count > 0 ? InWords(Words) : "a text",
    };

    public static IReadOnlyList<string> WordsOf(string name) => name switch
    {
        "autostart" => ["always", "last-state", "never"],
        "restart" => ["always", "on-failure", "never"],
        "graphics" => ["vnc"],
        "firmware" => ["bios", "uefi"],
        _ => [],
    };

    public static string InWords(IReadOnlyList<string> words) =>
        words.Count == 1 ? words[0] : $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";
}
