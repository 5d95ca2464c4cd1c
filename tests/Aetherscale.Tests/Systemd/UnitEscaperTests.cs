using Aetherscale.Contract;
using Aetherscale.Systemd;
using CsCheck;

namespace Aetherscale.Tests.Systemd;

public sealed class UnitEscaperTests
{
    private static readonly Gen<string> s_nasty = Gen.OneOf(
        Gen.String,
        Gen.String[Gen.Char["\\\"'%$ \t\n\r;#=-@+!:|*?[]{}()<>&~`^, aZ09\u0001\u001b\u007f\u0085\u2028é漢"]]);

    [Theory]
    [InlineData("-name")]
    [InlineData("qemu-vm-abcdefgh,process=vm-abcdefgh")]
    [InlineData("/home/me/disk.qcow2")]
    [InlineData("52:54:00:aa:bb:cc")]
    [InlineData("a+b@c_d")]
    public void A_plain_argument_is_written_bare(string argument) =>
        Assert.Equal(argument, UnitEscaper.Argument(argument));

    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("it's", "\"it's\"")]
    [InlineData("say \"hi\"", "\"say \\\"hi\\\"\"")]
    [InlineData("back\\slash", "\"back\\\\slash\"")]
    [InlineData("100%h", "\"100%%h\"")]
    [InlineData("$HOME ${HOME}", "\"$$HOME $${HOME}\"")]
    [InlineData("two\nlines\r", "\"two\\x0alines\\x0d\"")]
    [InlineData("\u001b[31m\t\u007f", "\"\\x1b[31m\\x09\\x7f\"")]
    [InlineData(";", "\";\"")]
    [InlineData("#", "\"#\"")]
    [InlineData("~", "\"~\"")]
    [InlineData("漢字 é", "\"漢字 é\"")]
    [InlineData("{\"driver\":\"qcow2\"}", "\"{\\\"driver\\\":\\\"qcow2\\\"}\"")]
    public void Any_other_argument_is_quoted(string argument, string expected)
    {
        Assert.Equal(expected, UnitEscaper.Argument(argument));
        Assert.Equal(expected, UnitEscaper.Quote(argument));
    }

    [Fact]
    public void Quoted_or_bare_systemds_rules_give_the_same_argument_back() => s_nasty.Sample(
        argument =>
        {
            if (!IsRefused(argument))
            {
                string[] argv = ["/bin/x", argument, "-last"];
                var unit = new UnitText().Section("Service").Command("ExecStart", argv).Build();
                Assert.Equal(argv, SystemdStyleParser.Argv(unit, "ExecStart"));
                Assert.Equal(
                    ["/bin/x", argument],
                    SystemdStyleParser.Argv($"ExecStart=/bin/x {UnitEscaper.Quote(argument)}", "ExecStart"));
            }
        },
        iter: 20_000);

    [Fact]
    public void Quoting_never_leaves_a_control_character_in_the_line() => s_nasty.Sample(
        argument => IsRefused(argument) || !UnitEscaper.Quote(argument).Any(letter => letter is < ' ' or '\x7f'));

    [Theory]
    [InlineData("a\0b", "holds a NUL")]
    [InlineData("a\ufffe", "holds the noncharacter U+FFFE")]
    [InlineData("\ufdd0", "holds the noncharacter U+FDD0")]
    [InlineData("\U0001ffff", "holds the noncharacter U+1FFFF")]
    public void What_no_unit_can_hold_is_refused(string argument, string why)
    {
        var error = Assert.Throws<AetherscaleException>(() => UnitEscaper.Argument(argument));

        Assert.Equal(ErrorCodes.BadRequest, error.Code);
        Assert.Equal($"A systemd unit cannot hold this text: it {why}.", error.Message);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        Assert.Throws<AetherscaleException>(() => UnitEscaper.Quote("a\ud83d"));
        Assert.Throws<AetherscaleException>(() => UnitEscaper.Quote("\ude00\ud83d"));
        Assert.Equal("\"\U0001f600\"", UnitEscaper.Quote("\U0001f600"));
    }

    [Fact]
    public void The_longest_argument_is_131071_bytes_of_utf8()
    {
        Assert.Equal(131_071, UnitEscaper.Argument(new string('a', 131_071)).Length);
        Assert.Throws<AetherscaleException>(() => UnitEscaper.Argument(new string('a', 131_072)));
        Assert.Throws<AetherscaleException>(() => UnitEscaper.Argument(new string('é', 65_536)));
    }

    [Theory]
    [InlineData("qemu")]
    [InlineData("-/bin/x")]
    [InlineData("@/bin/x")]
    [InlineData("/bin/a b")]
    [InlineData("/bin/$x")]
    [InlineData("")]
    public void A_program_is_a_plain_absolute_path(string program) =>
        Assert.Throws<AetherscaleException>(() => UnitEscaper.Program(program));

    private static bool IsRefused(string argument)
    {
        for (var i = 0; i < argument.Length; i++)
        {
            if (char.IsHighSurrogate(argument[i]) && i + 1 < argument.Length && char.IsLowSurrogate(argument[i + 1]))
            {
                if ((char.ConvertToUtf32(argument[i], argument[i + 1]) & 0xfffe) == 0xfffe)
                {
                    return true;
                }

                i++;
            }
            else if (argument[i] is '\0' or (>= '\ufdd0' and <= '\ufdef') or >= '\ufffe' || char.IsSurrogate(argument[i]))
            {
                return true;
            }
        }

        return false;
    }
}
