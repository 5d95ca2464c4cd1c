using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Images;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands;

/// <summary>
/// <c>create-vm</c>: image → overlay → spec → unit → start. Nothing is seen of the VM before its folder is complete, and
/// nothing is left of it when a step fails.
/// </summary>
internal sealed class CreateVm(
    ImageStore images,
    VmStore store,
    VmLocks locks,
    VmNetworks networks,
    VmUnits units,
    VmStarter starter,
    VmRemover remover,
    VmDefaults defaults,
    BootLinks bootLinks,
    LingerAdvice linger,
    TimeProvider time,
    ILogger<CreateVm> logger)
{
    /// <summary>
    /// Takes the name and the first place in line before it returns: commands that follow by this name wait for their turn,
    /// however long the image's first use takes.
    /// </summary>
    public Task<VmActionResponse> RunAsync(CreateVmOptions options, CancellationToken cancellationToken)
    {
        var wish = VmWish.Read(options, defaults);
        var draft = store.Draft(FreeId(), wish.Name);
        var turn = locks.AcquireAsync(draft.Id, CancellationToken.None);

        // The files take their time: the front door goes on meanwhile.
        return Task.Run(() => MakeAsync(wish, draft, turn, cancellationToken), CancellationToken.None);
    }

    private async Task<VmActionResponse> MakeAsync(
        VmWish wish, VmDraft claim, Task<IDisposable> first, CancellationToken cancellationToken)
    {
        using var turn = await first;
        using var draft = claim;
        if (wish.Start)
        {
            starter.Expect();
        }

        var image = await images.ResolveAsync(wish.Image, cancellationToken);
        await using var undo = new UndoStack(logger);
        var lease = networks.Lease(draft.Id, wish.Name);
        undo.Push(() => networks.Release(draft.Id));
        var spec = wish.ToSpec(draft.Id, image.Digest, lease, time.GetUtcNow());

        // Side by side, both wait for the disk once.
        var overlay = Task.Run(() => Overlay.Create(draft.Folder.Disk, image, image.VirtualSize), CancellationToken.None);
        try
        {
            VmSpecFile.WriteNew(draft.Folder, spec);
        }
        finally
        {
            await overlay;
        }

        var vm = new Vm(draft.Id, draft.FinalFolder, spec, null);
        undo.Push(() => remover.RemoveAsync(vm, CancellationToken.None));
        draft.Commit();

        if (wish.Start)
        {
            await starter.StartAsync(vm, cancellationToken);
        }
        else
        {
            await units.PrepareAsync(vm.Id, spec, cancellationToken);
            bootLinks.Made(vm);
        }

        undo.Commit();
        return new VmActionResponse
        {
            Status = wish.Start ? VmStatus.Starting : VmStatus.Stopped,
            VmId = vm.Id.ToString(),
            Name = spec.Name,
            Hint = await linger.HintAsync(wish.EnableLinger, cancellationToken),
        };
    }

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
