using System.Buffers.Binary;
using System.Text;

namespace Aetherscale.Cli.Ssh;

/// <summary>An ssh server's public host keys, as the guest itself told them.</summary>
internal static class HostKeys
{
    // What cloud-init prints (keys_to_console), and the tiny guest.
    private const string Begin = "-----BEGIN SSH HOST KEY KEYS-----";
    private const string End = "-----END SSH HOST KEY KEYS-----";
    private const int MaxKeyLength = 4096;

    private static readonly string[] s_types =
        ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"];

    /// <summary>The keys, each <c>TYPE BASE64</c>, that stand in the last whole block on a console; empty when there is none.</summary>
    public static IReadOnlyList<string> OnConsole(IEnumerable<string> lines)
    {
        var last = (IReadOnlyList<string>)[];
        List<string>? block = null;
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.EndsWith(Begin, StringComparison.Ordinal))
            {
                block = [];
            }
            else if (block is not null && line.EndsWith(End, StringComparison.Ordinal))
            {
                last = block.Count > 0 ? block : last;
                block = null;
            }
            else if (block is not null && TryParse(line) is { } key)
            {
                block.Add(key);
            }
        }

        return last;
    }

    /// <summary>The keys in files such as <c>/etc/ssh/ssh_host_ed25519_key.pub</c>.</summary>
    public static IReadOnlyList<string> InFiles(string text) =>
        [.. text.Split('\n').Select(line => TryParse(line.Trim())).OfType<string>()];

    /// <summary>What is no key may be anything: the kernel prints in between, and a guest is not trusted.</summary>
    private static string? TryParse(string line)
    {
        var words = line.Split(' ');
        var blob = new byte[MaxKeyLength];
        if (words.Length < 2 || !s_types.Contains(words[0]) || !Convert.TryFromBase64String(words[1], blob, out var length) || length < 4)
        {
            return null;
        }

        // The key begins with its type once more (RFC 4253).
        var type = Encoding.ASCII.GetBytes(words[0]);
        return BinaryPrimitives.ReadUInt32BigEndian(blob) == type.Length && blob.AsSpan(4, type.Length).SequenceEqual(type)
            ? $"{words[0]} {words[1]}"
            : null;
    }
}
