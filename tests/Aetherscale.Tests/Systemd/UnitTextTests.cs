using Aetherscale.Systemd;

namespace Aetherscale.Tests.Systemd;

public sealed class UnitTextTests
{
    [Fact]
    public void A_unit_is_written_to_be_read()
    {
        var text = new UnitText()
            .Comment("Written by aetherscale.", "Changes are lost.")
            .Section("Unit")
            .Description("aetherscale VM abcdefgh")
            .Set("X-Aetherscale-State", "/home/me/.local/share/aetherscale")
            .Section("Service")
            .Set("Type", "exec")
            .Command("ExecStart", ["/usr/bin/qemu", "-name", "vm-a", "-nodefaults", "-blockdev", "{\"a\": 1}", "x y"])
            .Command("ExecStop", ["/usr/bin/stop", "a"], mayFail: true)
            .Set("CapabilityBoundingSet", "")
            .Build();

        Assert.Equal(
            """
            # Written by aetherscale.
            # Changes are lost.

            [Unit]
            Description=aetherscale VM abcdefgh
            X-Aetherscale-State=/home/me/.local/share/aetherscale

            [Service]
            Type=exec
            ExecStart=/usr/bin/qemu \
              -name vm-a \
              -nodefaults \
              -blockdev "{\"a\": 1}" "x y"
            ExecStop=-/usr/bin/stop a
            CapabilityBoundingSet=
            # sha256: 

            """,
            text[..^65] + "\n");
        Assert.True(UnitChecksum.Matches(text));
    }

    [Theory]
    [InlineData("a\nExecStartPre=/bin/evil")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    [InlineData("a\u0085b")]
    [InlineData("a\\")]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData("a\uffff")]
    public void A_value_that_would_be_read_as_something_else_is_refused(string value) =>
        Assert.Throws<AetherscaleException>(() => new UnitText().Set("Environment", value));

    [Fact]
    public void A_comment_cannot_end_its_line() =>
        Assert.Throws<AetherscaleException>(() => new UnitText().Comment("for\n[Service]"));

    [Theory]
    [InlineData("")]
    [InlineData("A=b")]
    [InlineData("A\nB")]
    [InlineData("# A")]
    public void A_key_is_a_word(string key)
    {
        Assert.Throws<ArgumentException>(() => new UnitText().Set(key, "x"));
        Assert.Throws<ArgumentException>(() => new UnitText().Section(key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("%h")]
    [InlineData("a\u001b[31m")]
    [InlineData("naïve")]
    public void A_description_is_plain(string text) =>
        Assert.Throws<AetherscaleException>(() => new UnitText().Description(text));

    [Fact]
    public void A_command_too_long_for_systemd_is_refused()
    {
        var quarter = new string('a', 125_000);
        string[] fits = ["/bin/x", .. Enumerable.Repeat(quarter, 7)];

        Assert.Equal(fits, SystemdStyleParser.Argv(new UnitText().Command("ExecStart", fits).Build(), "ExecStart"));
        Assert.Throws<AetherscaleException>(() => new UnitText().Command("ExecStart", [.. fits, quarter]));
    }
}
