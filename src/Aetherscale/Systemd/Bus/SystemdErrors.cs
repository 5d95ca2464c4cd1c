namespace Aetherscale.Systemd.Bus;

/// <summary>The named errors of systemd's D-Bus interface (bus-common-errors.h) that we tell apart.</summary>
internal static class SystemdErrors
{
    public const string NoSuchUnit = "org.freedesktop.systemd1.NoSuchUnit";
    public const string NoSuchProcess = "org.freedesktop.systemd1.NoSuchProcess";
    public const string UnitMasked = "org.freedesktop.systemd1.UnitMasked";
    public const string LoadFailed = "org.freedesktop.systemd1.LoadFailed";
    public const string BadUnitSetting = "org.freedesktop.systemd1.BadUnitSetting";
    public const string JobTypeNotApplicable = "org.freedesktop.systemd1.JobTypeNotApplicable";
    public const string TransactionIsDestructive = "org.freedesktop.systemd1.TransactionIsDestructive";
    public const string AccessDenied = "org.freedesktop.DBus.Error.AccessDenied";
    public const string InteractiveAuthorizationRequired = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";

    /// <summary>True when the failure is this named error of systemd's.</summary>
    public static bool Is(this AetherscaleException failure, string errorName) =>
        failure.InnerException is BusErrorException error && error.ErrorName == errorName;
}
