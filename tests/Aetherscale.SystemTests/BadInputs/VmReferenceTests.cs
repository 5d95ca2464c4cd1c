using System.Security.Cryptography;
using Aetherscale.SystemTests.Harness;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.SystemTests.BadInputs;

/// <summary>Rows 19–21: what is no VM of ours is refused before any path or unit name is made of it.</summary>
[Collection(BadInputsRun.Name)]
public sealed class VmReferenceTests(BadInputsHost inputs)
{
    private static readonly string[] s_commands = ["start-vm", "stop-vm", "restart-vm", "pause-vm", "resume-vm", "delete-vm", "show-vm"];

    [Fact]
    public async Task A19_No_VM_id_at_all_is_refused()
    {
        foreach (var command in s_commands)
        {
            await inputs.RefusesAsync(Command(command, ""), BadVmId, "eight lower-case letters");
            await inputs.CliUsageErrorAsync("--vm-id needs a value", command, "--vm-id=");
            await inputs.CliUsageErrorAsync("VM is missing", command);
        }
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../vms/web")]
    [InlineData("/")]
    [InlineData("web/")]
    [InlineData("web\n")]
    [InlineData("abcdefgh\n")]
    [InlineData("ABCDEFGH")]
    [InlineData("abcdefg1x.service")]
    [InlineData("аbcdefgh")] // The first letter is Cyrillic.
    [InlineData("1web")]
    [InlineData("-web")]
    [InlineData("--help")]
    [InlineData("web_1")]
    [InlineData("web*")]
    [InlineData("%i")]
    [InlineData("$(id)")]
    [InlineData("web\u202e")]
    [InlineData("web vm")]
    public Task A19_What_is_neither_a_VM_id_nor_a_name_is_refused(string vm) =>
        RefusesVmAsync(vm, BadVmId, "eight lower-case letters");

    [Fact]
    public Task A19_A_name_over_63_characters_is_refused() => RefusesVmAsync(new string('a', 64), BadVmId, "eight lower-case letters");

    [Theory]
    [InlineData("Web")]
    [InlineData("abcdefgh")]
    [InlineData("web\n")]
    [InlineData("../web")]
    [InlineData("-web")]
    [InlineData("web.local")]
    public async Task A19_A_new_VM_cannot_have_such_a_name_either(string name)
    {
        await inputs.RefusesAsync(
            $$$"""{"command": "create-vm", "options": {"image": "polite", "name": {{{BadInputsHost.Json(name)}}}}}""",
            BadName,
            "a lower-case letter, then up to 62");
        await inputs.CliRefusedAsync(BadName, "create-vm", "--image=polite", $"--name={name}");
    }

    [Theory]
    [InlineData("zzzzzzzz")]
    [InlineData("nosuch")]
    [InlineData("w")]
    [InlineData("we")]
    [InlineData("web2")]
    public Task A20_An_unknown_VM_is_not_found(string vm) => RefusesVmAsync(vm, VmNotFound, $"\"{vm}\" does not exist");

    [Theory]
    [InlineData("")]
    [InlineData("X-Aetherscale-State=/somewhere/else")]
    public async Task A21_A_unit_that_is_not_ours_is_not_found_and_stays_untouched(string mark)
    {
        var vm = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 8);
        var unit = TestHost.UnitOf(vm);
        var file = $"{TestEnvironment.UnitFolder}/{unit}";
        await File.WriteAllTextAsync(
            file, $"[Unit]\n{mark}\n[Service]\nExecStart=/bin/sleep 1000\n", TestContext.Current.CancellationToken);
        try
        {
            (await Systemctl.RunAsync("start", unit)).Succeeded();
            var pid = await Systemctl.MainPidAsync(unit);

            await RefusesVmAsync(vm, VmNotFound, $"\"{vm}\" does not exist");

            Assert.Equal(pid, await Systemctl.MainPidAsync(unit));
            Assert.True(await Systemctl.IsActiveAsync(unit));
            Assert.Null(await inputs.Host.StatusAsync(vm));
        }
        finally
        {
            await Systemctl.RunAsync("stop", unit);
            File.Delete(file);
            await Systemctl.RunAsync("daemon-reload");
        }
    }

    private async Task RefusesVmAsync(string vm, string code, string words)
    {
        foreach (var command in s_commands)
        {
            await inputs.RefusesAsync(Command(command, vm), code, words);
            await inputs.CliRefusedAsync(code, command, $"--vm-id={vm}");
        }

        await inputs.RefusesAsync(
            $$$"""{"command": "stop-vm", "options": {"vm-id": {{{BadInputsHost.Json(vm)}}}, "kill": true}}""", code, words);
        await (vm.StartsWith('-')
            ? inputs.CliUsageErrorAsync($"unknown option \"{vm}\"", "connect", "--", vm, "22")
            : inputs.CliRefusedAsync(code, "connect", vm, "22"));
    }

    private static string Command(string command, string vm) =>
        $$$"""{"command": "{{{command}}}", "options": {"vm-id": {{{BadInputsHost.Json(vm)}}}}}""";
}
