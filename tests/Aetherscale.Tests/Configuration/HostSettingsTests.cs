using System.Globalization;
using Aetherscale.Configuration;
using static Aetherscale.Configuration.SettingDefinitions;

namespace Aetherscale.Tests.Configuration;

/// <summary>What a host is called, and what it holds.</summary>
public sealed class HostSettingsTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, string> _variables = [];

    public HostSettingsTests() => _variables["HOME"] = _folder.Path;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_word_a_host_is_what_its_machine_is()
    {
        var settings = Read();

        Assert.Equal(HostMachine.NameOf(Environment.MachineName), settings[HostName]);
        Assert.Empty(settings.Words(HostLabels));
        Assert.Equal(4 * Environment.ProcessorCount, settings.Number(HostCpus));
        Assert.InRange(settings.Number(HostMemoryMib), 100, int.MaxValue);
        Assert.Equal("", settings[HostDiskMib]);
    }

    [Theory]
    [InlineData("box", "box")]
    [InlineData("Box-1.example", "Box-1.example")]
    [InlineData("my_box", "my-box")]
    [InlineData("-box", "box")]
    [InlineData("_", "localhost")]
    [InlineData("", "localhost")]
    public void Whatever_a_machine_is_called_its_host_has_a_name(string machine, string name) => Assert.Equal(name, HostMachine.NameOf(machine));

    [Theory]
    [InlineData("MemTotal:       16306128 kB", 15_923)]
    [InlineData("MemTotal: many kB", 1)]
    [InlineData("MemFree: 2048 kB", 1)]
    public void The_machines_memory_is_what_the_kernel_says(string line, int mebibytes) => Assert.Equal(mebibytes, HostMachine.MemoryIn([line]));

    [Fact]
    public void A_hosts_labels_are_words_with_commas_between_them()
    {
        _variables["AETHERSCALE_HOST_LABELS"] = "ssd, zone=a,rack/7_b.c";

        Assert.Equal(["ssd", "zone=a", "rack/7_b.c"], Read().Words(HostLabels));
    }

    [Theory]
    [InlineData("HOST_NAME", "")]
    [InlineData("HOST_NAME", "two words")]
    [InlineData("HOST_NAME", "h1\n")]
    [InlineData("HOST_NAME", "-h")]
    [InlineData("HOST_NAME", "h#")]
    [InlineData("HOST_LABELS", "ssd,,gpu")]
    [InlineData("HOST_LABELS", "SSD")]
    [InlineData("HOST_LABELS", "=a")]
    [InlineData("HOST_CPUS", "0")]
    [InlineData("HOST_MEMORY_MIB", "")]
    [InlineData("HOST_DISK_MIB", "1T")]
    public void What_no_host_can_be_is_refused(string setting, string text)
    {
        _variables["AETHERSCALE_" + setting] = text;

        Assert.Contains(setting.Replace('_', '-').ToLower(CultureInfo.InvariantCulture), Assert.Throws<SettingsException>(Read).Message);
    }

    private Settings Read() => new SettingsReader(new HostEnvironment(_variables, 7, "/opt/aetherscale"), _folder["machine.toml"])
        .Read(new Dictionary<SettingDefinition, string>());
}
