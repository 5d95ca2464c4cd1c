using System.Buffers.Binary;
using System.Text;

namespace Aetherscale.VirtualMachines;

/// <summary>A public key as <c>ssh-keygen</c> writes it to a file: its type, base64, and perhaps a comment.</summary>
internal static class SshPublicKey
{
    public const string Grammar = "a public key in one line, such as \"ssh-ed25519 AAAA... ann@desk\"";

    private const int MaxLength = 16 * 1024;

    public static bool Matches(string? line)
    {
        var words = line?.Split(' ', 3);
        return words is { Length: >= 2 } && line!.Length <= MaxLength && !line.Any(char.IsControl)
            && words[0].Length is > 0 and < 64 && BeginsWith(words[1], words[0]);
    }

    // What is encoded begins with the type's length and the type once more (RFC 4253, 6.6).
    private static bool BeginsWith(string base64, string type)
    {
        var key = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, key, out var length)
            && length > 4 + type.Length
            && BinaryPrimitives.ReadInt32BigEndian(key) == type.Length
            && key.AsSpan(4, type.Length).SequenceEqual(Encoding.UTF8.GetBytes(type));
    }
}
