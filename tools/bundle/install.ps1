# Cài chiso từ thư mục này, không cần mạng. Installs chiso from this folder; no network is needed.
#   powershell -ExecutionPolicy Bypass -File install.ps1 [-Target THƯ_MỤC]
# Mặc định / default: chiso-env cạnh tệp này / beside this file.
param([string]$Target = (Join-Path $PSScriptRoot 'chiso-env'))

$pythons = '@PYTHONS@' -split ' '
$wheels = Join-Path $PSScriptRoot 'wheels'
try { [Console]::OutputEncoding = [System.Text.Encoding]::UTF8 } catch { }

function Stop-With([string[]]$Lines) {
    foreach ($line in $Lines) { [Console]::Error.WriteLine($line) }
    exit 1
}

# The command of a Python that fits: this folder holds wheels for its version and it is a 64-bit one.
function Find-Python {
    $candidates = @()
    foreach ($version in $pythons) { $candidates += , @('py', "-$version") }
    foreach ($version in $pythons) { $candidates += , @("python$version") }
    $candidates += , @('python')
    $candidates += , @('python3')
    $question = "import struct, sys; print('%d.%d %d' % (sys.version_info[0], sys.version_info[1], 8 * struct.calcsize('P')))"
    foreach ($candidate in $candidates) {
        if (-not (Get-Command $candidate[0] -CommandType Application -ErrorAction SilentlyContinue)) { continue }
        $arguments = @($candidate | Select-Object -Skip 1) + @('-c', $question)
        try { $answer = & $candidate[0] $arguments 2>$null } catch { continue }
        if ($LASTEXITCODE -ne 0 -or -not $answer) { continue }
        $version, $bits = ([string]@($answer)[-1]).Trim() -split ' '
        if (($pythons -contains $version) -and ($bits -eq '64')) { return , $candidate }
    }
    return $null
}

$python = Find-Python
if (-not $python) {
    Stop-With @(
        "Không tìm thấy Python phù hợp (64 bit; một trong: $pythons).",
        'Hãy cài Python từ python.org rồi chạy lại.',
        "No suitable Python was found (64-bit; one of: $pythons).",
        'Install Python from python.org, then run this again.'
    )
}

$Target = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Target)
$occupied = (Test-Path -LiteralPath $Target) -and
    -not (Test-Path -LiteralPath (Join-Path $Target 'pyvenv.cfg')) -and
    (Get-ChildItem -LiteralPath $Target -Force | Select-Object -First 1)
if ($occupied) {
    Stop-With @(
        "$Target đã có tệp khác; hãy chọn thư mục khác.",
        "$Target already holds other files; choose another folder."
    )
}

Write-Host "Cài vào / installing into $Target ($python)"
$arguments = @($python | Select-Object -Skip 1) + @('-m', 'venv', '--clear', '--without-pip', $Target)
& $python[0] $arguments
if ($LASTEXITCODE -ne 0) {
    Stop-With @('Không tạo được môi trường Python.', 'The Python environment could not be created.')
}

# pip runs from its own wheel, without any settings: nothing is looked for anywhere but here.
$before = $env:PYTHONPATH, $env:PIP_CONFIG_FILE
$env:PYTHONPATH = (Get-ChildItem -LiteralPath $wheels -Filter 'pip-*.whl' | Select-Object -First 1).FullName
$env:PIP_CONFIG_FILE = 'nul'
& (Join-Path $Target 'Scripts\python.exe') -m pip --isolated install --quiet --disable-pip-version-check `
    --no-cache-dir --no-index --find-links $wheels chiso
$installed = $LASTEXITCODE
$env:PYTHONPATH, $env:PIP_CONFIG_FILE = $before
if ($installed -ne 0) {
    Stop-With @('Cài đặt không thành công.', 'The installation failed.')
}

$chiso = Join-Path $Target 'Scripts\chiso.exe'
& $chiso --version
if ($LASTEXITCODE -ne 0) {
    Stop-With @('chiso không chạy được.', 'chiso does not run.')
}
Write-Host ''
Write-Host 'Xong. Chạy chiso bằng lệnh / done, run chiso by:'
Write-Host "  & '$chiso' --help"
