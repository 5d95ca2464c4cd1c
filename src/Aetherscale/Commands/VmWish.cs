using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Images;
using Aetherscale.Images.Catalogue;
using Aetherscale.Networking;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary>What a requester wants of a new VM, checked and with the daemon's defaults filled in.</summary>
internal sealed record VmWish
{
    public required ImageName Image { get; init; }

    /// <summary>Where it is pulled from if the store has none of its name; null where the store must have it.</summary>
    public required ImageReference? Pulled { get; init; }

    public required VmName? Name { get; init; }

    public required int Cpus { get; init; }

    public required int MemoryMib { get; init; }

    public required string? Autostart { get; init; }

    public required string? Restart { get; init; }

    public required string? Graphics { get; init; }

    /// <summary><c>uefi</c> or <c>bios</c>; null for what its image boots by.</summary>
    public required string? Firmware { get; init; }

    /// <summary>MiB that the guest's disk has; null for as many as its image has.</summary>
    public required int? DiskMib { get; init; }

    public required FirstBoot FirstBoot { get; init; }

    public required bool Start { get; init; }

    public required bool EnableLinger { get; init; }

    /// <summary>Labels that the host must have.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <param name="options">As they came.</param>
    /// <param name="defaults">For what they leave out.</param>
    /// <param name="parseReference">Reads the image where it is no name in the store.</param>
    /// <exception cref="AetherscaleException"><c>bad-name</c>, <c>bad-request</c> or <c>bad-catalogue</c>.</exception>
    public static VmWish Read(CreateVmOptions options, VmDefaults defaults, Func<string, ImageReference> parseReference)
    {
        ImageReference? pulled = ImageName.TryParse(options.Image, out var image) ? null : parseReference(options.Image);
        var wish = new VmWish
        {
            Image = pulled?.Name ?? image,
            Pulled = pulled,
            Name = ReadName(options.Name),
            Cpus = options.Cpus ?? defaults.Cpus,
            MemoryMib = options.Memory ?? defaults.MemoryMib,
            Autostart = options.Autostart,
            Restart = options.Restart,
            Graphics = options.Graphics,
            Firmware = options.Firmware,
            DiskMib = options.Disk,
            FirstBoot = FirstBootWish.Read(options),
            Start = !options.NoStart,
            EnableLinger = options.EnableLinger ?? false,
            Labels = options.Labels ?? [],
        };
        var problem = VmSpecCheck.CpusProblem(wish.Cpus, "cpus")
            ?? VmSpecCheck.MemoryProblem(wish.MemoryMib, "memory")
            ?? PolicyWord.AutostartProblem(wish.Autostart, "autostart")
            ?? PolicyWord.RestartProblem(wish.Restart, "restart")
            ?? VmSpecCheck.GraphicsProblem(wish.Graphics, "graphics")
            ?? VmSpecCheck.FirmwareProblem(wish.Firmware, "firmware")
            ?? (wish.DiskMib is <= 0 ? "\"disk\" must be a whole number from 1 on" : null)
            ?? (wish.Labels.FirstOrDefault(label => !HostWord.IsLabel(label)) is { } label
                ? $"{Quoted.Of(label)} in \"labels\" must be {HostWord.LabelRule}" : null);
        return problem is null ? wish : throw new AetherscaleException(BadRequest, problem + ".");
    }

    /// <summary>The same, with its firmware settled. A BIOS need not be named, unless the image would have it otherwise.</summary>
    /// <param name="firmware">What the image boots by: <c>uefi</c>, or null.</param>
    public VmWish On(string? firmware) => this with { Firmware = firmware is null && Firmware == "bios" ? null : Firmware ?? firmware };

    public VmSpec ToSpec(VmId id, string digest, Lease lease, uint? userId, DateTimeOffset now)
    {
        var spec = new VmSpec
        {
            Format = VmSpec.CurrentFormat,
            VmId = id.ToString(),
            Name = Name?.ToString(),
            Image = Image.ToString(),
            BaseSha256 = digest,
            Cpus = Cpus,
            MemoryMib = MemoryMib,
            Uuid = Guid.NewGuid(),
            Network = lease.Network,
            Mac = lease.Mac,
            Address = lease.Address,
            Autostart = Autostart,
            Restart = Restart,
            Graphics = Graphics,
            Firmware = Firmware,
            Seed = FirstBoot.IsEmpty ? null : true,
            UserId = userId,
            Created = now,
        };
        var credentials = SystemCredentials.Of(FirstBoot, spec).Keys.ToList();
        return credentials.Count > 0 ? spec with { Credentials = credentials } : spec;
    }

    /// <summary>Bytes that the guest's disk has.</summary>
    /// <exception cref="AetherscaleException"><c>bad-request</c>: smaller than the image's.</exception>
    public long DiskSizeOn(BaseImage image)
    {
        const long Mebibyte = 1024 * 1024;
        var wanted = DiskMib * Mebibyte ?? image.VirtualSize;
        return wanted >= image.VirtualSize ? wanted : throw new AetherscaleException(
            BadRequest,
            $"\"disk\" must be at least {(image.VirtualSize + Mebibyte - 1) / Mebibyte} MiB, which the disk of image {Quoted.Of(Image.ToString())} has: what lies past the end would be lost.");
    }

    private static VmName? ReadName(string? text) => text is null ? null
        : VmName.TryParse(text, out var name) ? name
        : throw new AetherscaleException(BadName, $"{Quoted.Of(text)} is no VM name: {VmName.Grammar}.");
}
