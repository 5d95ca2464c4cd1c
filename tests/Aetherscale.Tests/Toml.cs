using System.Text;
using CsCheck;

namespace Aetherscale.Tests;

/// <summary>Files that look a little like settings.</summary>
internal static class Toml
{
    private static readonly string[] s_pieces =
    [
        "network", "default-cpus", "broker", " = ", "=", "\"", "'", "\"\"\"", "'''", "\n", "\r", "[", "]", "[[", "]]", "[client]",
        "{", "}", ",", ".", "#", "1", "-1", "+0x", "0b1", "1e9", "nan", "inf", "1979-05-27T07:32:00Z", "9999999999999999999999", "true",
        "\\u0000", "\\ud800", "\\", "\0", "\ufeff", "\u202e", "é", "\U0001f600", "a", " ", "\t", "amqp://u:p@h",
    ];

    public static Gen<byte[]> Rubbish { get; } = Gen.OneOf(
        Gen.Int[0, s_pieces.Length - 1].Array[0, 30].Select(chosen => Encoding.UTF8.GetBytes(string.Concat(chosen.Select(n => s_pieces[n])))),
        Gen.Byte.Array[0, 200]);
}
