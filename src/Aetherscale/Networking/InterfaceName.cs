using System.Security.Cryptography;
using System.Text;

namespace Aetherscale.Networking;

/// <summary>Names of the host's network interfaces, at most 15 characters (IFNAMSIZ).</summary>
internal static class InterfaceName
{
    private const int Longest = 15;

    public static bool IsValid(string text) =>
        text.Length is > 0 and <= Longest && char.IsAsciiLetterOrDigit(text[0])
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    /// <summary>The leg of a network in a bridge: the same at every start.</summary>
    public static string LegOf(NetworkPaths paths) =>
        "aes-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(paths.Spec)))[..10];
}
