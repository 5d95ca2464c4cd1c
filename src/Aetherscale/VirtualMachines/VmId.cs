using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Aetherscale.VirtualMachines;

/// <summary>A VM's id: eight lower-case ASCII letters, given at create and never given again.</summary>
internal readonly record struct VmId
{
    private const int Length = 8;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz";

    private readonly string _text;

    private VmId(string text) => _text = text;

    /// <summary>A random id; whether it is free is for the caller to see.</summary>
    public static VmId New() => new(RandomNumberGenerator.GetString(Alphabet, Length));

    public static bool TryParse([NotNullWhen(true)] string? text, out VmId id)
    {
        var matches = text is { Length: Length } && text.All(char.IsAsciiLetterLower);
        id = matches ? new VmId(text!) : default;
        return matches;
    }

    public override string ToString() => _text;
}
