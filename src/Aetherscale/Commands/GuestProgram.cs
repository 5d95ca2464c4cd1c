using System.Text.Json;
using Aetherscale.Contract.Commands;
using Aetherscale.Qemu;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary>A program that a guest's agent runs (guest-exec of its protocol). What comes from the guest is not trusted.</summary>
internal sealed class GuestProgram(GuestAgents agents, Vm vm, TimeProvider time)
{
    private const int MaxShortAnswer = 64 * 1024;

    /// <summary>The agent tells all that was written in one answer.</summary>
    private const int MaxOutputAnswer = 4 * 1024 * 1024;

    /// <summary>An agent that is there answers at once; the guest may be busy.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private long _pid;

    /// <param name="command">The program and its arguments.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="booting">How long the guest may still take to boot.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AetherscaleException">No agent answers, or it cannot start the program.</exception>
    public async Task StartAsync(
        IReadOnlyList<string> command, ReadOnlyMemory<byte> input, TimeSpan booting, CancellationToken cancellationToken)
    {
        var started = await AskAsync(
            "guest-exec",
            json =>
            {
                json.WriteString("path", command[0]);
                json.WriteStartArray("arg");
                foreach (var word in command.Skip(1))
                {
                    json.WriteStringValue(word);
                }

                json.WriteEndArray();
                if (!input.IsEmpty)
                {
                    json.WriteBase64String("input-data", input.Span);
                }

                json.WriteBoolean("capture-output", true);
            },
            MaxShortAnswer,
            booting > s_patience ? booting : s_patience,
            cancellationToken);
        _pid = Number(started, "pid") ?? throw NotUnderstood();
    }

    /// <returns>Null while it runs.</returns>
    /// <exception cref="AetherscaleException">The agent does not answer any more, or the program wrote too much.</exception>
    public async Task<ExecVmResponse?> EndAsync(CancellationToken cancellationToken)
    {
        var status = await AskAsync("guest-exec-status", json => json.WriteNumber("pid", _pid), MaxOutputAnswer, s_patience, cancellationToken);
        if (status.ValueKind != JsonValueKind.Object || !status.TryGetProperty("exited", out var exited))
        {
            throw NotUnderstood();
        }

        return exited.ValueKind != JsonValueKind.True
            ? null
            : new ExecVmResponse
            {
                VmId = vm.Id.ToString(),
                Name = vm.Spec?.Name,
                ExitCode = (int?)Number(status, "exitcode"),
                Signal = (int?)Number(status, "signal"),
                Stdout = Bytes(status, "out-data"),
                Stderr = Bytes(status, "err-data"),
            };
    }

    private async Task<JsonElement> AskAsync(
        string command, Action<Utf8JsonWriter> arguments, int maxAnswer, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await agents.AskAsync(vm.Id, command, arguments, maxAnswer, either.Token);
        }
        catch (GuestAgentException error)
        {
            throw new AetherscaleException(
                error.IsRefusal ? GuestFailed : AgentUnavailable,
                error.IsRefusal ? $"The guest of VM \"{vm.DisplayName}\" says: {error.Message}" : $"VM \"{vm.DisplayName}\": {error.Message}.",
                error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable();
        }
    }

    /// <summary>Nobody answers in the guest.</summary>
    public AetherscaleException Unavailable() => new(
        AgentUnavailable,
        $"No guest agent answers in VM \"{vm.DisplayName}\". It may still be booting, or have none: install the package qemu-guest-agent in it.");

    private static long? Number(JsonElement answer, string name) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number is >= int.MinValue and <= int.MaxValue ? number : null;

    private ReadOnlyMemory<byte> Bytes(JsonElement answer, string name) =>
        !answer.TryGetProperty(name, out var value) ? ReadOnlyMemory<byte>.Empty
        : value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes) ? bytes
        : throw NotUnderstood();

    private AetherscaleException NotUnderstood() =>
        new(GuestFailed, $"The answer of the guest agent in VM \"{vm.DisplayName}\" is not understood.");
}
