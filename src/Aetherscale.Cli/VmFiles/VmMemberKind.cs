namespace Aetherscale.Cli.VmFiles;

/// <summary>What a member of create-vm's options may be.</summary>
internal enum VmMemberKind
{
    Text,
    Number,

    /// <summary>On the wire a number of MiB.</summary>
    Size,
    Flag,

    /// <summary>Of texts.</summary>
    List,
}
