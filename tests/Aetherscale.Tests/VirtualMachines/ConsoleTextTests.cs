using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

public sealed class ConsoleTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("with a line's end\r", "with a line's end")]
    [InlineData("\rlogin: ", "login: ")]
    [InlineData("10 %\r20 %\r30 %", "30 %")]
    [InlineData("10 %\r20 %\r\r", "20 %")]
    [InlineData("\r", "")]
    [InlineData("", "")]
    public void A_line_is_what_a_terminal_leaves_of_it(string line, string shown) => Assert.Equal(shown, ConsoleText.Overwritten(line));
}
