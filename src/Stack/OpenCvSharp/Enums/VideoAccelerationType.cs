namespace OpenCvSharp;

/// <summary>Hardware decoding and encoding.</summary>
public enum VideoAccelerationType
{
    None = 0,
    Any = 1,
    D3D11 = 2,
    VAAPI = 3,
    MFX = 4,
}
