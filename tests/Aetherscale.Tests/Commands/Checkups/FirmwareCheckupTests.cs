using Aetherscale.Commands.Checkups;
using Aetherscale.Qemu;

namespace Aetherscale.Tests.Commands.Checkups;

public sealed class FirmwareCheckupTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Both_files_must_be_there_and_the_first_pair_counts()
    {
        var firmware = new UefiFirmware([(_folder["a.code"], _folder["a.vars"]), (_folder["b.code"], _folder["b.vars"])]);
        Assert.Equal(_folder["a.code"], firmware.Code);

        File.WriteAllText(_folder["a.code"], "");
        var missing = Assert.Single(await new FirmwareCheckup(firmware).LookAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("warning", "sudo apt-get update && sudo apt-get install ovmf"), (missing.Status, missing.Mend));

        File.WriteAllText(_folder["b.code"], "");
        File.WriteAllText(_folder["b.vars"], "");
        var found = Assert.Single(await new FirmwareCheckup(firmware).LookAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("ok", $"BIOS and UEFI, {_folder["b.code"]}"), (found.Status, found.Found));
    }
}
