using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.SystemTests.BadInputs;

/// <summary>Rows 22, 25 and 26: JSON that is no request is refused with a reason that names the place.</summary>
[Collection(BadInputsRun.Name)]
public sealed class MessageTests(BadInputsHost inputs)
{
    [Theory]
    [InlineData("""{}""", "\"command\"")]
    [InlineData("""{"options": {}}""", "\"command\"")]
    [InlineData("""{"Command": "list-vms"}""", "\"Command\"")]
    [InlineData("""[]""", "must be a JSON object")]
    [InlineData("""[{"command": "list-vms"}]""", "must be a JSON object")]
    [InlineData("""null""", "must be a JSON object")]
    [InlineData("""42""", "must be a JSON object")]
    [InlineData("""true""", "must be a JSON object")]
    [InlineData("\"list-vms\"", "must be a JSON object")]
    public Task A22_A_message_without_a_command_is_refused(string body, string words) => inputs.RefusesAsync(body, BadRequest, words);

    [Theory]
    [InlineData("")]
    [InlineData("frobnicate-vm")]
    [InlineData("LIST-VMS")]
    [InlineData("list-vms ")]
    [InlineData("list-vms\n")]
    [InlineData("../list-vms")]
    public async Task A22_An_unknown_command_is_refused_and_the_known_ones_are_named(string command)
    {
        await inputs.RefusesAsync(
            $$"""{"command": {{BadInputsHost.Json(command)}}}""",
            UnknownCommand,
            "create-vm", "delete-vm", "doctor", "list-vms", "show-vm", "start-vm", "stop-vm");
        await inputs.CliUsageErrorAsync("aetherscale-cli: ", command);
    }

    [Fact]
    public Task A22_A_command_line_without_a_command_is_a_usage_error() =>
        inputs.CliUsageErrorAsync("a command is missing", "--output", "json");

    [Theory]
    [InlineData("""{"command": "list-vms", "verbose": true}""", "\"verbose\"")]
    [InlineData("""{"command": "list-vms", "options": {"all": true}}""", "\"all\"")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "size": 5}}""", "\"size\"")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "Name": "x"}}""", "\"Name\"")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "no_start": true}}""", "\"no_start\"")]
    [InlineData("""{"command": "start-vm", "options": {"vm-id": "web", "": 1}}""", "\"\"")]
    [InlineData("""{"command": "stop-vm", "options": {"vm-id": "web", "force": true}}""", "\"force\"")]
    [InlineData("""{"command": "delete-vm", "options": {"vm-id": "web", "vm-ids": []}}""", "\"vm-ids\"")]
    [InlineData("""{"command": "show-vm", "options": {"vm-id": "web", "$type": "x"}}""", "\"$type\"")]
    public Task A25_An_unknown_option_is_refused_by_name(string body, string words) => inputs.RefusesAsync(body, BadRequest, words);

    [Theory]
    [InlineData("list-vms", "--frobnicate")]
    [InlineData("create-vm", "--image=polite", "--frobnicate=1")]
    [InlineData("start-vm", "web", "--frobnicate")]
    [InlineData("stop-vm", "web", "--frobnicate")]
    [InlineData("delete-vm", "web", "--frobnicate")]
    [InlineData("show-vm", "web", "--frobnicate")]
    public Task A25_An_unknown_option_on_the_command_line_is_a_usage_error_that_names_it(params string[] arguments) =>
        inputs.CliUsageErrorAsync("--frobnicate", arguments);

    [Theory]
    [InlineData("""{"command": 5}""", "\"command\" must be a text")]
    [InlineData("""{"command": null}""", "\"command\" must not be null")]
    [InlineData("""{"command": ["list-vms"]}""", "\"command\" must be a text")]
    [InlineData("""{"command": "list-vms", "request-id": 5}""", "\"request-id\" must be a text")]
    [InlineData("""{"command": "list-vms", "request-id": null}""", "\"request-id\" must not be null")]
    [InlineData("""{"command": "list-vms", "options": []}""", "\"options\" must be an object")]
    [InlineData("""{"command": "list-vms", "options": "x"}""", "\"options\" must be an object")]
    [InlineData("""{"command": "list-vms", "options": null}""", "\"options\" must not be null")]
    [InlineData("""{"command": "create-vm"}""", "\"image\"")]
    [InlineData("""{"command": "create-vm", "options": {}}""", "\"image\"")]
    [InlineData("""{"command": "create-vm", "options": {"image": null}}""", "\"image\" must not be null")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "ssh-keys": "a"}}""", "\"ssh-keys\" must be a list of texts")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "ssh-keys": [5]}}""", "\"ssh-keys\" must be a list of texts")]
    [InlineData("""{"command": "create-vm", "options": {"image": ["polite"]}}""", "\"image\" must be a text")]
    [InlineData("""{"command": "create-vm", "options": {"image": {"name": "polite"}}}""", "\"image\" must be a text")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "name": 5}}""", "\"name\" must be a text")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "cpus": "2"}}""", "\"cpus\" must be a whole number")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "cpus": 1.5}}""", "\"cpus\" must be a whole number")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "cpus": null}}""", "\"cpus\" must not be null")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "cpus": true}}""", "\"cpus\" must be a whole number")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "cpus": 0}}""", "\"cpus\" must be a whole number from 1")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "cpus": -1}}""", "\"cpus\" must be a whole number from 1")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "cpus": 256}}""", "\"cpus\" must be a whole number from 1")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "memory": 0}}""", "\"memory\" must be from 1 MiB to 16 TiB")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "memory": 2147483647}}""", "\"memory\" must be from 1 MiB to 16 TiB")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "memory": 2147483648}}""", "\"memory\" must be a whole number")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "memory": 1e999}}""", "\"memory\" must be a whole number")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "memory": "4G"}}""", "\"memory\" must be a whole number")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "no-start": "yes"}}""", "\"no-start\" must be true or false")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "no-start": 1}}""", "\"no-start\" must be true or false")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "no-start": null}}""", "\"no-start\" must not be null")]
    [InlineData("""{"command": "start-vm"}""", "\"vm-id\"")]
    [InlineData("""{"command": "start-vm", "options": {"vm-id": 5}}""", "\"vm-id\" must be a text")]
    [InlineData("""{"command": "show-vm", "options": {"vm-id": {}}}""", "\"vm-id\" must be a text")]
    [InlineData("""{"command": "delete-vm", "options": {"vm-id": ["web"]}}""", "\"vm-id\" must be a text")]
    [InlineData("""{"command": "delete-vm", "options": {"vm-id": null}}""", "\"vm-id\" must not be null")]
    [InlineData("""{"command": "stop-vm", "options": {"vm-id": "web", "wait": "no"}}""", "\"wait\" must be true or false")]
    [InlineData("""{"command": "stop-vm", "options": {"vm-id": "web", "timeout": "5"}}""", "\"timeout\" must be a whole number")]
    [InlineData("""{"command": "stop-vm", "options": {"vm-id": "web", "timeout": 0}}""", "\"timeout\" must be from 1")]
    [InlineData("""{"command": "stop-vm", "options": {"vm-id": "web", "timeout": -5}}""", "\"timeout\" must be from 1")]
    [InlineData("""{"command": "stop-vm", "options": {"vm-id": "web", "timeout": 100000}}""", "\"timeout\" must be from 1")]
    [InlineData("""{"command": "stop-vm", "options": {"vm-id": "web", "timeout": 5, "kill": true}}""", "exclude each other")]
    [InlineData("""{"command": "stop-vm", "options": {"vm-id": "web", "kill": 0}}""", "\"kill\" must be true or false")]
    public Task A26_A_wrong_type_or_null_is_refused_by_name(string body, string words) => inputs.RefusesAsync(body, BadRequest, words);

    [Theory]
    [InlineData("--cpus", "create-vm", "--image=polite", "--cpus=two")]
    [InlineData("--cpus", "create-vm", "--image=polite", "--cpus=0")]
    [InlineData("--cpus", "create-vm", "--image=polite", "--cpus=1.5")]
    [InlineData("--cpus", "create-vm", "--image=polite", "--cpus=99999999999999999999")]
    [InlineData("--memory", "create-vm", "--image=polite", "--memory=much")]
    [InlineData("--memory", "create-vm", "--image=polite", "--memory=-1")]
    [InlineData("--image", "create-vm")]
    [InlineData("--timeout", "stop-vm", "web", "--timeout=soon")]
    [InlineData("--timeout", "stop-vm", "web", "--timeout=-5")]
    [InlineData("--kill", "stop-vm", "web", "--kill", "--timeout=5")]
    [InlineData("VM is missing", "start-vm")]
    [InlineData("VM is given twice", "start-vm", "web", "--vm-id=web")]
    public Task A26_A_wrong_value_on_the_command_line_is_a_usage_error_that_names_it(string words, params string[] arguments) =>
        inputs.CliUsageErrorAsync(words, arguments);

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("\u001b[2J")]
    [InlineData("ü")]
    public Task A_request_id_that_would_spoil_the_log_is_refused(string id) => inputs.RefusesAsync(
        $$"""{"command": "list-vms", "request-id": {{BadInputsHost.Json(id)}}}""", BadRequest, "\"request-id\" must be");

    [Fact]
    public async Task Long_texts_are_not_repeated_in_full()
    {
        var text = new string('x', 500_000);
        await inputs.RefusesAsync($$"""{"command": "{{text}}"}""", UnknownCommand, "xxx…");
        await inputs.RefusesAsync($$"""{"command": "list-vms", "{{text}}": 1}""", BadRequest, "xxx…");
        await inputs.RefusesAsync($$"""{"command": "list-vms", "{{text}}": 1, "{{text}}": 1}""", BadJson, "Duplicate");
        await inputs.RefusesAsync($$"""{"command": "list-vms", "{{text}}": "\u0000"}""", BadRequest, "xxx…");
        await inputs.RefusesAsync($$"""{"command": "list-vms", "request-id": "{{text}}"}""", BadRequest, "1 to 128");
        await inputs.RefusesAsync($$$"""{"command": "show-vm", "options": {"vm-id": "{{{text}}}"}}""", BadVmId, "xxx…");
        await inputs.RefusesAsync(BadInputsHost.CreateVm(text), BadName, "xxx…");

        Assert.DoesNotContain(text, inputs.Host.Log);
    }
}
