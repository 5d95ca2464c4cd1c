namespace Aetherscale.Qemu;

/// <summary>How QEMU runs the guest's instructions.</summary>
internal enum Accelerator
{
    /// <summary>By the host's processor.</summary>
    Kvm,

    /// <summary>By translation: everywhere, and several times slower.</summary>
    Tcg,
}

/// <summary>What the user asked for.</summary>
internal enum AcceleratorChoice
{
    /// <summary>KVM where it can be relied on, else TCG.</summary>
    Auto,
    Kvm,
    Tcg,
}
