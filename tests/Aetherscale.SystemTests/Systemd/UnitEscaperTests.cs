using System.Text;
using Aetherscale.Systemd;
using CsCheck;

namespace Aetherscale.SystemTests.Systemd;

/// <summary>Thousands of nasty arguments through the real systemd, compared byte for byte with what the program got.</summary>
public sealed class UnitEscaperTests : IAsyncDisposable
{
    private const int ArgumentsPerUnit = 500;
    private const int Units = 8;

    // The shell dumps its own command line, which the kernel ends with a NUL after each argument.
    private static readonly string[] s_dumper = ["/bin/sh", "-c", "cat /proc/$$/cmdline", "sh"];

    private static readonly string[] s_known =
    [
        "", " ", ";", "#", "%", "%%", "%h", "%t", "$", "$$", "$HOME", "${HOME}", "$HOME$", "\\", "\\\\", "\\x41", "\\n",
        "\"", "'", "\"'\"", "a\nExecStartPre=/bin/touch /tmp/evil", "\r\n", "\t", "-", "--", "@", "+", "!", "!!", ":", "|",
        "a b", " a", "a ", "\u0001", "\u001b[31m", "\u007f", "\u0085", "\u2028", "\ufeff", "\u202e", "é", "漢字", "\U0001f600",
        "{\"driver\":\"qcow2\",\"file\":{\"filename\":\"/a b/%h/$x\"}}", "a\\", "\\\n", "`id`", "$(id)", "[Service]", "~", "*",
    ];

    private static readonly Gen<string> s_nasty = Gen.OneOf(
        Gen.String[Gen.Char["\\\"'%$ \t\n\r;#=-@+!:|*?[]{}()<>&~`^,aZ09\u0001\u001b\u007f\u0085\u2028é漢"], 0, 40],
        Gen.String[Gen.Char['\u0001', '\u007f'], 0, 40],
        Gen.String[Gen.Char['\u0001', '\ud7ff'], 0, 40]);

    private readonly TestUnits _units = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nasty_arguments_reach_the_program_byte_for_byte()
    {
        var tried = 0;
        await s_nasty.Array[ArgumentsPerUnit].SampleAsync(
            async arguments =>
            {
                await PassesThroughSystemdAsync([.. s_known, .. arguments]);
                tried += arguments.Length;
            },
            iter: Units,
            threads: 1);

        Assert.Equal(ArgumentsPerUnit * Units, tried);
    }

    [Fact]
    public Task The_longest_argument_reaches_the_program() =>
        PassesThroughSystemdAsync(
            [new string('a', UnitEscaper.MaximumArgumentBytes), new string('"', UnitEscaper.MaximumArgumentBytes), "end"]);

    public async ValueTask DisposeAsync()
    {
        await _units.DisposeAsync();
        _folder.Dispose();
    }

    private async Task PassesThroughSystemdAsync(IReadOnlyList<string> arguments)
    {
        string[] argv = [.. s_dumper, .. arguments];
        var output = Path.Combine(_folder.Path, Guid.NewGuid().ToString("n"));
        var unit = _units.WriteText(Path.GetFileName(output), new UnitText()
            .Section("Service")
            .Set("Type", "oneshot")
            .Set("StandardOutput", "truncate:" + output)
            .Command("ExecStart", argv)
            .Build());

        Assert.Equal(JobResult.Done, await _units.Manager.StartUnitAsync(unit, Token));

        var expected = Encoding.UTF8.GetBytes(string.Concat(argv.Select(argument => argument + "\0")));
        Assert.Equal(expected, await File.ReadAllBytesAsync(output, Token));
    }
}
