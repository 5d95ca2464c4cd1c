namespace Aetherscale.VirtualMachines;

/// <summary>The files of one VM: <c>&lt;data&gt;/vms/&lt;id&gt;</c>.</summary>
internal readonly record struct VmFolder(string FolderPath)
{
    public const string SpecName = "vm.json";

    private const string DiskName = "disk.qcow2";
    private const string TombstoneName = "deleting";
    private const string CreatingName = "creating";

    public string Spec => FolderPath + "/" + SpecName;

    public string Disk => FolderPath + "/" + DiskName;

    /// <summary>What the guest is told when it boots for the first time; not every VM has one.</summary>
    public string Seed => FolderPath + "/seed.iso";

    /// <summary>Holds a file for each of the guest's system credentials; not every VM has one.</summary>
    public string Credentials => FolderPath + "/credentials";

    /// <summary>What a guest that boots by UEFI keeps in its firmware; not every VM has one.</summary>
    public string FirmwareVariables => FolderPath + "/uefi-vars.fd";

    /// <summary>What happened to the VM: history, not truth.</summary>
    public string History => FolderPath + "/history.jsonl";

    /// <summary>A folder for each of its last crashes.</summary>
    public string Crashes => FolderPath + "/crashes";

    public string ConsoleLog => FolderPath + "/console.log";

    /// <summary>Whether what a look at the VM finds may be another once the file of this name has changed, or all (empty).</summary>
    public static bool TellsOfTheVm(string fileName) => fileName is SpecName or DiskName or TombstoneName or CreatingName or "";

    /// <summary>While this file stands, the VM has not been started yet since it was made; a restarted daemon does that.</summary>
    public string Creating => FolderPath + "/" + CreatingName;

    /// <summary>While this file stands, the VM is being deleted; a restarted daemon goes on with it.</summary>
    public string Tombstone => FolderPath + "/" + TombstoneName;
}
