using System.Text;
using Aetherscale.VirtualMachines.Consoles;

namespace Aetherscale.Tests.VirtualMachines;

/// <summary>What a viewer of a console gets of the time before.</summary>
public sealed class ConsoleTailTests
{
    [Theory]
    [InlineData("one\ntwo\nthree", 2, "two\nthree")]
    [InlineData("one\ntwo\nthree\n", 2, "two\nthree\n")]
    [InlineData("one\n", 5, "one\n")]
    [InlineData("one\ntwo\n", 0, "")]
    [InlineData("", 5, "")]
    [InlineData("\n\n\n", 2, "\n\n")]
    public void So_many_lines_come_as_are_asked_for(string printed, int lines, string last) => Assert.Equal(last, LastOf(printed, lines));

    [Theory]
    [InlineData("\e[1;31mred\e[0m", "\e[1;31mred\e[0m")]
    [InlineData("# \e[6n", "# ")]
    [InlineData("a\e[cb\e[?25lc\e[2Jd", "abcd")]
    [InlineData("a\e]0;title\ab", "ab")]
    [InlineData("a\eP+q544e\e\\b", "ab")]
    [InlineData("a\eZb\e(Bc\e7d", "abcd")]
    [InlineData("cut off \e[", "cut off ")]
    [InlineData("cut off \e]0;ti", "cut off ")]
    [InlineData("cut off \e", "cut off ")]
    public void Only_colours_are_left_of_escape_sequences(string printed, string last) => Assert.Equal(last, LastOf(printed, 10));

    [Fact]
    public void Of_a_long_log_the_end_is_kept()
    {
        var tail = new ConsoleTail();
        for (var i = 0; i < 10_000; i++)
        {
            tail.Append(Encoding.ASCII.GetBytes($"line {i}\n"));
        }

        Assert.Equal("line 9998\nline 9999\n", Encoding.ASCII.GetString(tail.LastLines(2)));
        Assert.InRange(tail.LastLines(int.MaxValue).Length, ConsoleTail.Bound, 2 * ConsoleTail.Bound);
    }

    [Fact]
    public void One_piece_longer_than_the_bound_is_cut()
    {
        var tail = new ConsoleTail();
        tail.Append(new byte[5 * ConsoleTail.Bound]);
        tail.Append("\nend"u8);

        Assert.Equal("end", Encoding.ASCII.GetString(tail.LastLines(1)));
    }

    private static string LastOf(string printed, int lines)
    {
        var tail = new ConsoleTail();
        tail.Append(Encoding.UTF8.GetBytes(printed));
        return Encoding.UTF8.GetString(tail.LastLines(lines));
    }
}
