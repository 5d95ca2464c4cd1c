namespace Aetherscale.Systemd;

/// <summary>A unit's new state, as systemd announced it.</summary>
/// <param name="Unit">The unit's name.</param>
/// <param name="ActiveState">Its new <c>ActiveState</c>, which may equal the old.</param>
/// <param name="SubState">Its new <c>SubState</c>.</param>
/// <param name="Result">A service's <c>Result</c>; null when none came with it.</param>
internal sealed record UnitChange(
    string Unit, UnitActiveState ActiveState, UnitSubState SubState, ServiceResult? Result);
