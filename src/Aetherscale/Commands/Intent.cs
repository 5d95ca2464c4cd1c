using System.Text.Json;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Requests;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands;

/// <summary>
/// What a command tells beforehand of the request that it carries out, so that the next daemon knows, if this one is killed
/// meanwhile, whether the request took effect and how it is to be answered.
/// </summary>
internal sealed class Intent(RequestFolder requests, RequestRecord request, ILogger logger)
{
    /// <summary>The last that was promised.</summary>
    public RequestRecord? Promise { get; private set; }

    /// <summary>Whether the promise is known to be kept.</summary>
    public bool IsKept { get; private set; }

    /// <summary>Promises a response, durably when the task is done: it counts once this VM is there, or is not there any more.</summary>
    public Task PromiseAsync(VmId vm, VmOutcome outcome, VmActionResponse response)
    {
        Promise = request with
        {
            VmId = vm.ToString(),
            Outcome = outcome,
            Response = JsonSerializer.SerializeToElement(response, ContractJson.Wire.VmActionResponse),
        };
        return Task.Run(Begin, CancellationToken.None);
    }

    /// <summary>The VM has been made: from now on the promised response counts, whatever becomes of the VM.</summary>
    public Task KeepAsync()
    {
        IsKept = true;
        return Task.Run(() => requests.Keep(request.Key), CancellationToken.None);
    }

    /// <summary>The VM is about to be taken back: from now on it counts only while the VM is there.</summary>
    public void Reopen()
    {
        IsKept = false;
        requests.Reopen(request.Key);
    }

    private void Begin()
    {
        try
        {
            requests.Begin(Promise!);
        }
        catch (IOException error) when (Promise!.Outcome == VmOutcome.Removed)
        {
            // A full disk must not keep anybody from deleting.
            IntentLog.NotNoted(logger, error, request.Command, request.RequestId);
            Promise = null;
        }
    }
}

internal static partial class IntentLog
{
    [LoggerMessage(LogLevel.Warning, "{Command} is carried out, but if the daemon ends meanwhile, request {RequestId} will not be known again")]
    public static partial void NotNoted(ILogger logger, Exception error, string command, string requestId);
}
