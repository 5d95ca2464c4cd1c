namespace Aetherscale.Systemd;

/// <summary><c>LoadState</c> of a unit. <see cref="Unknown"/> stands for a word that is newer than this program.</summary>
internal enum UnitLoadState
{
    Unknown,
    Stub,
    Loaded,
    NotFound,
    BadSetting,
    Error,
    Merged,
    Masked,
}

/// <summary><c>ActiveState</c> of a unit.</summary>
internal enum UnitActiveState
{
    Unknown,
    Active,
    Reloading,
    Inactive,
    Failed,
    Activating,
    Deactivating,
    Maintenance,
    Refreshing,
}

/// <summary><c>SubState</c> of a service; other kinds of units have other words, which read as <see cref="Unknown"/>.</summary>
internal enum UnitSubState
{
    Unknown,
    Dead,
    Condition,
    StartPre,
    Start,
    StartPost,
    Running,
    Exited,
    Reload,
    ReloadSignal,
    ReloadNotify,
    Stop,
    StopWatchdog,
    StopSigterm,
    StopSigkill,
    StopPost,
    FinalWatchdog,
    FinalSigterm,
    FinalSigkill,
    Failed,
    DeadBeforeAutoRestart,
    FailedBeforeAutoRestart,
    AutoRestart,
    AutoRestartQueued,
    Cleaning,
}

/// <summary><c>Result</c> of a service: why its last run ended.</summary>
internal enum ServiceResult
{
    Unknown,
    Success,
    Resources,
    Protocol,
    Timeout,
    ExitCode,
    Signal,
    CoreDump,
    Watchdog,
    ExecCondition,
    OomKill,
    StartLimitHit,
}
