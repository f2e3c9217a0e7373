; The installer for Windows, for Inno Setup 6: iscc /DVersion=0.1.0 packaging\windows\meshdesk.iss
; For one person, without an administrator; the frozen program is in dist\meshdesk (make package on Windows).

#ifndef Version
  #error Say which version it is: iscc /DVersion=0.1.0
#endif

[Setup]
; Never another one: by it an update finds what is installed.
AppId={{6C7F0C0B-6C34-4B7A-9C3B-0B0E6B8C2D51}
AppName=MeshDesk
AppVersion={#Version}
AppPublisher=The MeshDesk developers
DefaultDirName={autopf}\MeshDesk
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
ChangesAssociations=yes
Compression=lzma2
SolidCompression=yes
LicenseFile=..\..\LICENSE
SetupIconFile=..\..\build\icons\meshdesk.ico
UninstallDisplayIcon={app}\meshdesk.exe
OutputDir=..\..\dist
OutputBaseFilename=meshdesk-{#Version}-setup

[Files]
Source: "..\..\dist\meshdesk\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[InstallDelete]
; Modules of an earlier version must not lie beside those of this one.
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{autoprograms}\MeshDesk"; Filename: "{app}\meshdesk.exe"

[Registry]
Root: HKA; Subkey: "Software\Classes\.meshcap\OpenWithProgids"; ValueType: string; ValueName: "MeshDesk.Capture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\MeshDesk.Capture"; ValueType: string; ValueData: "MeshDesk capture"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\MeshDesk.Capture\DefaultIcon"; ValueType: string; ValueData: "{app}\meshdesk.exe,0"
Root: HKA; Subkey: "Software\Classes\MeshDesk.Capture\shell\open\command"; ValueType: string; ValueData: """{app}\meshdesk.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\meshdesk"; ValueType: string; ValueData: "URL:MeshDesk"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\meshdesk"; ValueType: string; ValueName: "URL Protocol"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\meshdesk\DefaultIcon"; ValueType: string; ValueData: "{app}\meshdesk.exe,0"
Root: HKA; Subkey: "Software\Classes\meshdesk\shell\open\command"; ValueType: string; ValueData: """{app}\meshdesk.exe"" ""%1"""

[Run]
Filename: "{app}\meshdesk.exe"; Description: "Start MeshDesk"; Flags: nowait postinstall skipifsilent
