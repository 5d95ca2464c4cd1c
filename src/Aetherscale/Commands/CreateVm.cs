using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Files;
using Aetherscale.Images;
using Aetherscale.Requests;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

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
    TimeProvider time,
    ILogger<CreateVm> logger)
{
    public async Task<VmActionResponse> RunAsync(CreateVmOptions options, Requester requester, CancellationToken cancellationToken)
    {
        var imageName = ImageName.TryParse(options.Image, out var parsed)
            ? parsed
            : throw new AetherscaleException(BadName, $"{Quoted.Of(options.Image)} is no image name: {ImageName.Rule}.");
        var name = ReadName(options.Name);
        var cpus = options.Cpus ?? defaults.Cpus;
        var memoryMib = options.Memory ?? defaults.MemoryMib;
        if ((VmSpecCheck.CpusProblem(cpus, "cpus") ?? VmSpecCheck.MemoryProblem(memoryMib, "memory")) is { } problem)
        {
            throw new AetherscaleException(BadRequest, problem + ".");
        }

        if (!options.NoStart)
        {
            starter.Expect();
        }

        var image = await images.ResolveAsync(imageName, cancellationToken);

        using var draft = Draft(name);
        using var turn = await locks.AcquireAsync(draft.Id, cancellationToken);
        await using var undo = new UndoStack(logger);
        var lease = networks.Lease(draft.Id, name);
        undo.Push(() => networks.Release(draft.Id));
        var spec = new VmSpec
        {
            Format = VmSpec.CurrentFormat,
            VmId = draft.Id.ToString(),
            Name = name?.ToString(),
            Image = imageName.ToString(),
            BaseSha256 = image.Digest,
            Cpus = cpus,
            MemoryMib = memoryMib,
            Uuid = Guid.NewGuid(),
            Network = lease.Network,
            Mac = lease.Mac,
            Address = lease.Address,
            Created = time.GetUtcNow(),
        };

        var response = new VmActionResponse
        {
            Status = options.NoStart ? VmStatus.Stopped : VmStatus.Starting,
            VmId = spec.VmId,
            Name = spec.Name,
        };

        // Side by side, all wait for the disk once.
        var promise = requester.Intent?.PromiseAsync(draft.Id, VmOutcome.Made, response) ?? Task.CompletedTask;
        var overlay = Task.Run(() => Overlay.Create(draft.Folder.Disk, image, image.VirtualSize), CancellationToken.None);
        try
        {
            draft.Write(spec, isToBeStarted: !options.NoStart);
        }
        finally
        {
            await Task.WhenAll(promise, overlay);
        }

        var vm = new Vm(draft.Id, draft.FinalFolder, spec, null);
        undo.Push(() => remover.RemoveAsync(vm, CancellationToken.None));
        draft.Commit();
        var kept = requester.Intent?.KeepAsync() ?? Task.CompletedTask;
        try
        {
            await (options.NoStart ? units.PrepareAsync(vm.Id, spec, cancellationToken) : starter.StartNewAsync(vm, cancellationToken));
        }
        finally
        {
            await kept;
        }

        undo.Commit();
        return response;
    }

    private static VmName? ReadName(string? text) => text is null ? null
        : VmName.TryParse(text, out var name) ? name
        : throw new AetherscaleException(BadName, $"{Quoted.Of(text)} is no VM name: {VmName.Grammar}.");

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
