using System.Text;
using Aetherscale.Fuzz;
using CsCheck;

namespace Aetherscale.Tests.Commands;

/// <summary>Requests made of what requests are made of, and read with the options of every command.</summary>
public sealed class FuzzedRequestTests
{
    private static readonly string[] s_names =
    [
        "command", "options", "request-id", "vm-id", "image", "name", "cpus", "memory", "no-start", "autostart", "restart", "graphics", "firmware", "enable-linger", "disk",
        "ssh-keys", "hostname", "user-data", "network-config", "init-script",
        "kill", "timeout", "wait", "hard", "for", "console", "lines", "since", "port", "queue", "", "\\u0000", "\\ud800",
    ];

    private static readonly string[] s_values =
    [
        "\"create-vm\"", "\"stop-vm\"", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "\"a b\"", "null", "true", "0", "-0", "1e400", "1.5", "2147483648",
        "99999999999999999999999999", "[]", "{}", "[[[[", "\"\\u202e\"", "\"\ufeff\"", "1,", "NaN", "'x'", "/* */ 1",
    ];

    private static readonly Gen<string> s_value = Gen.Recursive<string>((depth, value) => depth > 4
        ? Leaf
        : Gen.Frequency((3, Leaf), (1, Members(value).Select(text => $"{{{text}}}")), (1, value.Array[0, 3].Select(items => $"[{string.Join(',', items)}]"))));

    private static Gen<string> Leaf => Gen.Int[0, s_values.Length - 1].Select(n => s_values[n]);

    [Fact]
    public void Whatever_a_request_is_made_of_it_is_read_or_refused() => Members(s_value).Sample(
        members => Read($"{{\"command\": \"stop-vm\",{members}}}"), iter: 10_000, threads: 1);

    [Fact]
    public void Whatever_members_stand_without_a_command_it_is_read_or_refused() => Members(s_value).Sample(
        members => Read($"{{{members}}}"), iter: 10_000, threads: 1);

    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{\"a\":", 100_000)]
    [InlineData("{\"command\":\"a\",\"options\":{\"a\":", 1000)]
    [InlineData("\"", 1_000_000)]
    [InlineData(" ", 1_000_000)]
    [InlineData("\\", 1_000_000)]
    public void One_piece_many_times_is_no_trouble(string piece, int times) => Read(string.Concat(Enumerable.Repeat(piece, times)));

    private static Gen<string> Members(Gen<string> value) => Gen.Select(
        Gen.Int[0, s_names.Length - 1], value, (name, text) => $"\"{s_names[name]}\":{text}").Array[0, 5].Select(members => string.Join(',', members));

    private static void Read(string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        Fuzzing.Bounded(body.Length, () => Targets.Envelope(body));
    }
}
