using Aetherscale.Commands.Hosts;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Files;
using Aetherscale.Images;
using Aetherscale.Images.Catalogue;
using Aetherscale.Images.Imports;
using Aetherscale.Qemu;
using Aetherscale.Requests;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary>
/// <c>create-vm</c>: image, pulled or fetched if need be → overlay → spec → unit → start. Nothing is seen of the VM before its folder is complete, and
/// nothing is left of it when a step fails.
/// </summary>
internal sealed class CreateVm(
    ImageStore images,
    ImageShelf shelf,
    ImageCatalogue catalogue,
    ImagePuller puller,
    ImageFetch fetch,
    VmStore store,
    VmLocks locks,
    VmNetworks networks,
    VmUsers users,
    VmUnits units,
    VmStarter starter,
    VmRemover remover,
    VmHistory history,
    VmDefaults defaults,
    UefiFirmware firmware,
    BootLinks bootLinks,
    HostLabels labels,
    LingerAdvice linger,
    TimeProvider time,
    ILogger<CreateVm> logger)
{
    /// <summary>
    /// Takes the name and the first place in line before it returns: commands that follow by this name wait for their turn,
    /// however long the image's first use takes.
    /// </summary>
    public Task<VmActionResponse> RunAsync(CreateVmOptions options, Requester requester, CancellationToken cancellationToken)
    {
        var wish = VmWish.Read(options, defaults, catalogue.Parse);
        labels.Require(wish.Labels);
        var draft = requester.NewVmId is { } given ? DraftOf(given, wish.Name) : Draft(wish.Name);
        var turn = locks.AcquireAsync(draft.Id, CancellationToken.None);

        // The files take their time: the front door goes on meanwhile.
        return Task.Run(() => MakeAsync(wish, requester, draft, turn, cancellationToken), CancellationToken.None);
    }

    private async Task<VmActionResponse> MakeAsync(
        VmWish wish, Requester requester, VmDraft fresh, Task<IDisposable> first, CancellationToken cancellationToken)
    {
        using var turn = await first;
        using var draft = fresh;
        await (requester.Claim?.Invoke(draft.Id.ToString(), wish.Name?.ToString(), cancellationToken) ?? Task.CompletedTask);
        RequireFree(draft.Id);
        if (wish.Pulled is { } reference)
        {
            await puller.EnsureAsync(reference, requester.Upload?.Meter ?? new ImportMeter(), cancellationToken);
        }
        else if (requester.Images is { } elsewhere)
        {
            await fetch.EnsureAsync(wish.Image, elsewhere, requester.Upload?.Meter ?? new ImportMeter(), cancellationToken);
        }

        if (wish.Start)
        {
            starter.Expect();
        }

        using var use = await images.Gate.UseAsync(cancellationToken);
        var image = await images.ResolveAsync(wish.Image, cancellationToken);
        var diskSize = wish.DiskSizeOn(image);
        wish = wish.On(shelf.FirmwareOf(image.Digest));
        var variables = wish.Firmware != "uefi" ? null : firmware.Find()?.Variables
            ?? throw new AetherscaleException(FirmwareMissing, $"this host has no firmware for UEFI: {UefiFirmware.Install}");
        var hint = await linger.HintAsync(wish.EnableLinger, cancellationToken);
        await using var undo = new UndoStack(logger);
        var lease = networks.Lease(draft.Id, wish.Name);
        undo.Push(() => networks.Release(draft.Id));
        undo.Push(() => users.Release(draft.Id));
        var spec = wish.ToSpec(draft.Id, image.Digest, lease, users.Take(draft.Id), time.GetUtcNow());

        var response = new VmActionResponse
        {
            Status = wish.Start ? VmStatus.Starting : VmStatus.Stopped,
            VmId = spec.VmId,
            Name = spec.Name,
            Hint = hint,
        };

        // Side by side, all wait for the disk once.
        var promise = requester.Intent?.PromiseAsync(draft.Id, VmOutcome.Made, response) ?? Task.CompletedTask;
        var overlay = Task.Run(() => Overlay.Create(draft.Folder.Disk, image, diskSize), CancellationToken.None);
        var flash = variables is null ? Task.CompletedTask : Task.Run(() => draft.WriteFirmwareVariables(variables), CancellationToken.None);
        var told = spec.Seed is true ? Task.Run(() => draft.WriteFirstBootAsync(wish.FirstBoot, spec), CancellationToken.None) : Task.CompletedTask;
        try
        {
            draft.Write(spec, isToBeStarted: wish.Start);
        }
        finally
        {
            await Task.WhenAll(promise, overlay, flash, told);
        }

        var vm = new Vm(draft.Id, draft.FinalFolder, spec, null);
        undo.Push(() => remover.RemoveAsync(vm, history.Ask(vm.Id, AskKind.Undo, Askers.Of(requester)), CancellationToken.None));
        undo.Push(() => requester.Intent?.Reopen());
        draft.Commit();
        use.Dispose();
        history.Created(vm, starts: wish.Start, Askers.Of(requester));
        using var asked = wish.Start ? new AskedFor(history, vm.Id, AskKind.Start, requester) : null;
        var kept = requester.Intent?.KeepAsync() ?? Task.CompletedTask;
        try
        {
            await (wish.Start ? starter.StartNewAsync(vm, cancellationToken) : PrepareAsync(vm, spec, cancellationToken));
        }
        finally
        {
            await kept;
        }

        asked?.Happens();
        undo.Commit();
        return response;
    }

    private async Task PrepareAsync(Vm vm, VmSpec spec, CancellationToken cancellationToken)
    {
        await units.PrepareAsync(vm.Id, spec, cancellationToken);
        bootLinks.Made(vm);
    }

    private VmDraft Draft(VmName? name)
    {
        while (true)
        {
            try
            {
                return store.Draft(FreeId(), name);
            }
            catch (IOException error) when (error.HResult == Libc.ErrorExists)
            {
                // What stands there is not ours, and is left alone.
            }
        }
    }

    /// <summary>The place of a VM whose id was given beforehand.</summary>
    private VmDraft DraftOf(string given, VmName? name) => VmId.TryParse(given, out var id) && !store.Exists(id) ? store.Draft(id, name) : throw Taken(given);

    /// <summary>Not before it is known that the id is this host's to give: the request may be one that another host has carried out.</summary>
    private void RequireFree(VmId id)
    {
        if (units.Folder.Contains(VmUnit.NameOf(id)))
        {
            throw Taken(id.ToString());
        }
    }

    private static AetherscaleException Taken(string id) => new(
        BadRequest, $"The id {Quoted.Of(id)}, which this request's VM is to have, is taken on this host; take a new request id.");

    private VmId FreeId()
    {
        while (true)
        {
            var id = VmId.New();
            if (!store.Exists(id) && !units.Folder.Contains(VmUnit.NameOf(id)))
            {
                return id;
            }
        }
    }
}
